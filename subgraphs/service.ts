// Service definition: a name, a default port, SDL, tables, resolvers, and the context that a request's resolvers share. Opening
// one makes its schema and its database; `server.ts` puts it on the network.
import { readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { IResolvers } from '@graphql-tools/utils';
import type { GraphQLSchema } from 'graphql';
import type { Caller } from './caller.ts';
import { Database, type Session, type Tables } from './database.ts';

export interface ServiceDefinition<Context extends object> {
  name: string;
  /** Default port. */
  port: number;
  tables: Tables;
  resolvers: IResolvers<unknown, Context>;
  /** Context of one request: its database session, its loaders, and its caller. */
  createContext(session: Session, caller: Caller): Context;
}

export interface Service {
  name: string;
  port: number;
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

export function defineService<Context extends object>(definition: ServiceDefinition<Context>): Service {
  const { name, port, tables, resolvers, createContext } = definition;
  return {
    name,
    port,
    open(file) {
      const sdl = readFileSync(new URL(`subgraphs/${name}.graphql`, schemaFolder), 'utf8');
      const directives = readFileSync(new URL('directives.graphql', schemaFolder), 'utf8');
      const schema = makeExecutableSchema({
        typeDefs: [sdl, directives],
        resolvers: [resolvers, { Query: { _sdl: () => sdl } }],
      });
      const database = new Database(file, tables);
      return { name, schema, session: () => database.session(), createContext, close: () => database.close() };
    },
  };
}
