// The orders service: its SDL, its database and its resolvers.
import { defineService } from '../service.ts';
import { startCourier } from './courier.ts';
import { tables } from './database.ts';
import { createContext } from './loaders.ts';
import { resolvers } from './resolvers.ts';

const { REDIS_URL } = process.env;

export default defineService({
  ...{ name: 'orders', port: 4002, tables, resolvers, createContext },
  ...(REDIS_URL && { background: (session) => startCourier(session, REDIS_URL) }),
});
