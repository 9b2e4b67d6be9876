// The users service: its SDL, its database and its resolvers.
import { defineService } from '../service.ts';
import { tables } from './database.ts';
import { createContext } from './loaders.ts';
import { resolvers } from './resolvers.ts';

export default defineService({ name: 'users', port: 4001, tables, resolvers, createContext });
