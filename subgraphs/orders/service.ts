// The orders service: its SDL, its database and its resolvers.
import { defineService } from '../service.ts';
import { tables } from './database.ts';
import { createContext } from './loaders.ts';
import { resolvers } from './resolvers.ts';

export default defineService({ name: 'orders', port: 4002, tables, resolvers, createContext });
