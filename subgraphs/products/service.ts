// The products service: its SDL, its database and its resolvers.
import { defineService } from '../service.ts';
import { tables } from './database.ts';
import { createContext } from './loaders.ts';
import { resolvers } from './resolvers.ts';

export default defineService({ name: 'products', port: 4003, tables, resolvers, createContext });
