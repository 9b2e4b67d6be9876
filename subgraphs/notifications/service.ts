// The notifications service, which speaks REST: `openapi.yaml` beside this file describes it.
import { Database } from '../database.ts';
import { serveRest } from '../rest-server.ts';
import type { Service } from '../service.ts';
import { tables } from './database.ts';
import { routes } from './routes.ts';

const name = 'notifications';

export default {
  name,
  port: 4004,
  async start(file, options) {
    const database = new Database(file, tables);
    try {
      return await serveRest(name, routes, database, options);
    } catch (error) {
      database.close();
      throw error;
    }
  },
} satisfies Service;
