// Fault injection: the faults that a request's header names, for callers that may have them, and those of the configuration.
// Such a request is isolated: its responses are neither taken from a cache, nor stored, nor shared.
import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import { type Fault, faultHeader, nameOf, parseFaults } from '../config/faults.ts';
import { didYouMean } from '../did-you-mean.ts';
import { requestError } from '../errors.ts';
import type { CheckAccess } from '../policy/client-access.ts';
import { Rejection } from '../policy/rejection.ts';
import {
  type FaultsByTarget,
  type FieldFault,
  InjectedFaults,
  type SubgraphFault,
} from '../transport/injected-faults.ts';
import type { RequestContext } from './request-context.ts';
import type { OperationRequest } from './stages.ts';

export interface FaultInjectionOptions {
  /** Of the client. */
  schema: GraphQLSchema;
  /** Names of the services over HTTP. */
  services: readonly string[];
  /** Null where every caller may inject faults; undefined where none may: the header has no effect then. */
  checkAccess: CheckAccess | null | undefined;
  /** Of all requests; null without any. */
  configured: FaultsByTarget | null;
}

export class FaultInjection {
  readonly #options: FaultInjectionOptions;

  constructor(options: FaultInjectionOptions) {
    this.#options = options;
  }

  /** Gives the request its faults. @returns the rejection of a header that is not valid, or not allowed. */
  begin(context: RequestContext, { faults }: Pick<OperationRequest, 'faults'>): Rejection | null {
    // Of a batch, or a resolver's operation, the request has them already.
    if (context.faults) return null;
    const requested = this.#requested(faults ?? context.requestHeaders[faultHeader], context);
    if (requested instanceof Rejection) return requested;
    const { configured } = this.#options;
    if (!requested && !configured) return null;
    context.faults = new InjectedFaults(configured, requested);
    context.isolate();
    if (requested) context.headers.push([faultHeader, requested.texts.join(', ')]);
    return null;
  }

  #requested(
    text: string | string[] | undefined,
    { authenticated }: RequestContext,
  ): FaultsByTarget | Rejection | null {
    const { checkAccess, schema, services } = this.#options;
    if (typeof text !== 'string' || checkAccess === undefined) return null;
    const denied = checkAccess?.(authenticated) ?? null;
    if (denied !== null) {
      const code = denied === 'unauthenticated' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
      return rejected(requestError(code, { message: `Not authorized to inject faults (${faultHeader}).` }));
    }
    const faults = parseFaults(text);
    const found = typeof faults === 'string' ? faults : faultsByTarget(faults, schema, services);
    if (typeof found !== 'string') return found;
    return rejected(
      requestError('BAD_REQUEST', { message: `${faultHeader}: ${found}${found.endsWith('?') ? '' : '.'}` }),
    );
  }
}

function rejected(error: ReturnType<typeof requestError>): Rejection {
  return new Rejection([error], { part: 'request' });
}

/**
 * Finds the targets of faults.
 * @param schema whose names they use.
 * @param services names of the services over HTTP.
 * @returns the faults, or the problem with a target.
 */
export function faultsByTarget(
  faults: readonly Fault[],
  schema: GraphQLSchema,
  services: readonly string[],
): FaultsByTarget | string {
  const subgraphs = new Map<string, SubgraphFault>();
  const fields = new Map<string, FieldFault>();
  for (const fault of faults) {
    const { target, field, effect, text, delay, status, share } = fault;
    const problem = (reason: string) => `"${text}": ${reason}`;
    if (field === null || effect === null) {
      if (!services.includes(target)) {
        return problem(
          `there is no subgraph "${target}"${didYouMean(target, services) || `; there are ${services.join(', ')}`}`,
        );
      }
      subgraphs.set(target, { text, delay, status, share });
      continue;
    }
    const coordinates =
      services.includes(target) && !schema.getType(target) ? ofSubgraph(fault, schema) : ofType(fault, schema);
    if (coordinates.length === 0) {
      const known = schema.getType(target) || services.includes(target);
      const near = known ? fieldNames(fault, schema, services) : [...Object.keys(schema.getTypeMap()), ...services];
      return problem(
        known
          ? `there is no field ${nameOf(fault)}${didYouMean(field, near)}`
          : `there is no type and no subgraph "${target}"${didYouMean(target, near)}`,
      );
    }
    for (const coordinate of coordinates) fields.set(coordinate, effect);
  }
  return { texts: faults.map(({ text }) => text), subgraphs, fields };
}

/** Coordinates of the field, and of the types that implement its interface. */
function ofType({ target, field }: Fault, schema: GraphQLSchema): string[] {
  const type = schema.getType(target);
  if ((!isObjectType(type) && !isInterfaceType(type)) || !type.getFields()[field as string]) return [];
  const types = isInterfaceType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];
  return types.map(({ name }) => `${name}.${field}`);
}

/** The field by its subgraph, whichever of its types has it. */
function ofSubgraph({ target, field }: Fault, schema: GraphQLSchema): string[] {
  return allFields(schema).has(field as string) ? [`${target}.${field}`] : [];
}

function fieldNames({ target }: Fault, schema: GraphQLSchema, services: readonly string[]): Iterable<string> {
  const type = schema.getType(target);
  if (isObjectType(type) || isInterfaceType(type)) return Object.keys(type.getFields());
  return services.includes(target) ? allFields(schema) : [];
}

function allFields(schema: GraphQLSchema): Set<string> {
  return new Set(
    Object.values(schema.getTypeMap()).flatMap((type) =>
      (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__') ? Object.keys(type.getFields()) : [],
    ),
  );
}
