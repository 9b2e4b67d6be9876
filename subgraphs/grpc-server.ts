// gRPC server of a service: unary calls whose messages are those of compiled descriptors, rejections as statuses, and a log line for
// each call.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import {
  createFileRegistry,
  type DescMethod,
  fromBinary,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Message,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import {
  type handleUnaryCall,
  logVerbosity,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  setLogVerbosity,
  status,
} from '@grpc/grpc-js';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { type Caller, callerOf } from './caller.ts';
import type { Database, Session } from './database.ts';
import { hostAndPort } from './http-listener.ts';
import type { RejectionCode } from './rejection.ts';
import { logRequest, newRecord, type RequestRecord } from './request-log.ts';
import type { RunningServer, ServeOptions } from './service.ts';

/** @returns the response message as JSON. @throws a rejection, which becomes a status. */
export type CallHandler = (session: Session, caller: Caller, request: JsonObject) => JsonValue;

export interface GrpcService {
  name: string;
  /** File with a compiled FileDescriptorSet. */
  descriptors: URL;
  /** Full name of the service in it. */
  service: string;
  /** By the name of the method. */
  calls: Readonly<Record<string, CallHandler>>;
}

const statuses: Record<RejectionCode, status> = {
  BAD_USER_INPUT: status.INVALID_ARGUMENT,
  UNAUTHENTICATED: status.UNAUTHENTICATED,
  FORBIDDEN: status.PERMISSION_DENIED,
  NOT_FOUND: status.NOT_FOUND,
};

/** Resolves once it listens; closes the database when it stops. @throws the error of listening, as when the port is in use. */
export async function serveGrpc(
  { name, descriptors, service, calls }: GrpcService,
  database: Database,
  options: ServeOptions,
): Promise<RunningServer> {
  const { port, host, latency, log } = options;
  const methods = readMethods(descriptors, service);
  // What fails is thrown or logged here.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server();
  const handlers = methods.map((method): [string, handleUnaryCall<Message, Message>] => [
    method.name,
    async (call, respond) => {
      const request = toJson(method.input, call.request) as JsonObject;
      const record: RequestRecord = {
        ...newRecord(call.metadata.get('x-request-id')[0]?.toString()),
        ...{ operation: method.name, rootFields: [method.name], query: JSON.stringify(request) },
        session: database.session(),
      };
      let isAborted = false;
      call.once('cancelled', () => {
        isAborted = true;
      });
      try {
        const caller = callerOf(call.metadata.toHttp2Headers());
        const response = calls[method.name]!(record.session!, caller, request);
        if (latency > 0) await wait(latency);
        if (!isAborted) respond(null, fromJson(method.output, response));
      } catch (error) {
        respond(statusOf(error, name, log));
      }
      logRequest(log, name, record, isAborted);
    },
  ]);
  server.addService(definitionOf(methods), Object.fromEntries(handlers));
  const bound = await bind(server, host, port);
  return {
    url: hostAndPort(host, bound),
    stop: () =>
      new Promise((resolve) => {
        server.tryShutdown(() => {
          database.close();
          resolve();
        });
      }),
  };
}

function readMethods(descriptors: URL, service: string): readonly DescMethod[] {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
  const found = registry.getService(service);
  if (!found) throw new Error(`${descriptors.pathname} has no service ${service}.`);
  return found.methods;
}

function definitionOf(methods: readonly DescMethod[]): ServiceDefinition {
  return Object.fromEntries(
    methods.map(({ name, input, output, parent }) => [
      name,
      {
        path: `/${parent.typeName}/${name}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: (message: Message) => Buffer.from(toBinary(input, message)),
        requestDeserialize: (bytes: Buffer) => fromBinary(input, bytes),
        responseSerialize: (message: Message) => Buffer.from(toBinary(output, message)),
        responseDeserialize: (bytes: Buffer) => fromBinary(output, bytes),
      },
    ]),
  );
}

function statusOf(error: unknown, name: string, log: Logger): Partial<ServiceError> {
  const code = error instanceof GraphQLError ? (error.extensions.code as RejectionCode) : undefined;
  if (code) return { code: statuses[code], details: (error as Error).message };
  log.error({ subgraph: name, err: error }, 'unexpected error');
  return { code: status.INTERNAL, details: 'Unexpected error.' };
}

/** @throws with the system's code, such as EADDRINUSE, which grpc-js has in its text alone. */
function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(hostAndPort(host, port), ServerCredentials.createInsecure(), (error, bound) => {
      if (!error) return resolve(bound);
      const code = /\bE[A-Z]{4,}\b/.exec(error.message)?.[0];
      reject(Object.assign(error, code && { code }));
    });
  });
}
