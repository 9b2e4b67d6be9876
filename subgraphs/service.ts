// Service definitions: what `start.ts` starts, whatever protocol it speaks; and GraphQL services, with SDL, tables, resolvers, and
// the context that a request's resolvers share. Opening one of these makes its schema and its database.
import { readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { IResolvers } from '@graphql-tools/utils';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Caller } from './caller.ts';
import { Database, type Session, type Tables } from './database.ts';
import { serve } from './server.ts';

export interface ServeOptions {
  port: number;
  host: string;
  /** Delay of every response, in ms: a service that is far away. */
  latency: number;
  log: Logger;
}

export interface RunningServer {
  /** Where the gateway reaches it; of a gRPC service, host and port. */
  url: string;
  /** Stops accepting connections, lets running requests finish, and closes the database. */
  stop(): Promise<void>;
}

/** A service of any protocol. */
export interface Service {
  name: string;
  /** Default port. */
  port: number;
  /**
   * Resolves once it listens.
   * @param database an SQLite file, or `:memory:`.
   * @throws the error of listening, as when the port is in use.
   */
  start(database: string, options: ServeOptions): Promise<RunningServer>;
}

export interface ServiceDefinition<Context extends object> {
  name: string;
  /** Default port. */
  port: number;
  tables: Tables;
  resolvers: IResolvers<unknown, Context>;
  /** Context of one request: its database session, its loaders, and its caller. */
  createContext(session: Session, caller: Caller): Context;
  /** Starts what runs beside the requests. @returns what ends it. */
  background?(session: () => Session): () => void;
}

export interface GraphqlService extends Service {
  /** @param file A database file, or `:memory:`. */
  open(file: string): OpenService;
}

export interface OpenService {
  name: string;
  schema: GraphQLSchema;
  session(): Session;
  createContext(session: Session, caller: Caller): object;
  close(): void;
}

const schemaFolder = new URL('../schema/', import.meta.url);

export function defineService<Context extends object>(definition: ServiceDefinition<Context>): GraphqlService {
  const { name, port, tables, resolvers, createContext, background } = definition;
  const open = (file: string): OpenService => {
    const sdl = readFileSync(new URL(`subgraphs/${name}.graphql`, schemaFolder), 'utf8');
    const directives = readFileSync(new URL('directives.graphql', schemaFolder), 'utf8');
    const schema = makeExecutableSchema({
      typeDefs: [sdl, directives],
      resolvers: [resolvers, { Query: { _sdl: () => sdl } }],
    });
    const database = new Database(file, tables);
    return { name, schema, session: () => database.session(), createContext, close: () => database.close() };
  };
  return {
    name,
    port,
    open,
    async start(file, options) {
      const service = open(file);
      try {
        const { url, stop } = await serve(service, options);
        const end = background?.(service.session);
        return {
          url,
          stop() {
            end?.();
            return stop();
          },
        };
      } catch (error) {
        service.close();
        throw error;
      }
    },
  };
}
