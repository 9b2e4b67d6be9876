// Configuration options of services that speak gRPC: their addresses, and the options that have no meaning for them.
import { z } from 'zod';
import { isIntrospected } from './introspected-schema.ts';

const message =
  'give an address such as "payments:50051", "dns:///payments:50051", "grpcs://payments.example.com:443" or ' +
  '"unix:/run/payments.sock", or a list of them';

const hostAndPort = /^(?:\[[\da-fA-F:.]+\]|[\w.-]+):\d{1,5}$/;

export interface GrpcAddress {
  /** As grpc-js takes it. */
  target: string;
  /** Whether it has TLS, whatever the options are. */
  isSecure: boolean;
  /** Host, and port where there is one; `localhost` for a socket. */
  host: string;
}

/** Null for a text that is no address. */
export function readGrpcAddress(text: string): GrpcAddress | null {
  const [, scheme, rest = ''] = /^(grpcs?):\/\/(.*?)\/?$/.exec(text) ?? [];
  const given = scheme === undefined ? text : rest;
  if (hostAndPort.test(given)) return { target: `dns:///${given}`, isSecure: scheme === 'grpcs', host: given };
  const isTarget = /^dns:\/\/[^/\s]*\/[^\s/]+$|^unix:\/?\/?[^\s\p{Cc}]+$|^ipv[46]:[^\s\p{Cc}]+$/u.test(text);
  if (scheme !== undefined || !isTarget) return null;
  const [, host = 'localhost'] = /^(?:dns:\/\/[^/]*\/|ipv[46]:)([^,]+)/.exec(text) ?? [];
  return { target: text, isSecure: false, host };
}

const grpcAddress = z.string(message).refine((text) => readGrpcAddress(text) !== null, { error: message });

export const grpcAddresses = z.union([grpcAddress, z.array(grpcAddress).min(1, message)], message);

export type GrpcAddressesConfig = z.output<typeof grpcAddresses>;

/** Options of connections over HTTP/1.1, and of GraphQL. */
const otherOptions = [
  'url',
  'balance',
  'connectTimeout',
  'connectionAge',
  'eject',
  'healthCheck',
  'hedge',
  'http',
  'sign',
  'compression',
] as const;

type Section = Readonly<Record<string, unknown>>;

/** Problems of a subgraph's options for gRPC; called with its whole section. */
export function grpcProblems(section: Section, isMocked: boolean): { option: string; message: string }[] {
  if (section.grpc === undefined) {
    if (section.descriptors === undefined) return [];
    return [{ option: 'descriptors', message: 'they are for services that speak gRPC: give `grpc`, or remove this' }];
  }
  const useless: { option: string; message: string }[] = otherOptions
    .filter((option) => section[option] !== undefined)
    .map((option) => ({ option, message: 'it has no effect on a service that speaks gRPC: remove this' }));
  const subscriptions = (section.subscriptions ?? {}) as Section;
  for (const option of ['protocol', 'url', 'connectionParams', 'maxPerSocket', 'ping', 'end']) {
    if (subscriptions[option] === undefined) continue;
    const message = 'streams of gRPC do not have it: remove this';
    useless.push({ option: 'subscriptions', message: `${option}: ${message}` });
  }
  if (isIntrospected(section.schema)) {
    useless.push({
      option: 'schema',
      message: 'a service that speaks gRPC has no schema of GraphQL: give an SDL file',
    });
  }
  if (section.descriptors !== undefined || isMocked) return useless;
  return [...useless, { option: 'descriptors', message: descriptorsMessage }];
}

export const descriptorsMessage =
  'give a file of descriptors, such as "schema/payments.binpb", which `concierge compose` fetches from the service';
