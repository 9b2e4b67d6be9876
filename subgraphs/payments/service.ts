// The payments service, which speaks gRPC: `schema/payments.proto` describes it.
import { Database } from '../database.ts';
import { serveGrpc } from '../grpc-server.ts';
import type { Service } from '../service.ts';
import { calls } from './calls.ts';
import { tables } from './database.ts';

const definition = {
  name: 'payments',
  descriptors: new URL('../../schema/payments.binpb', import.meta.url),
  service: 'shop.payments.v1.Payments',
  calls,
};

export default {
  name: definition.name,
  port: 4005,
  async start(file, options) {
    const database = new Database(file, tables);
    try {
      return await serveGrpc(definition, database, options);
    } catch (error) {
      database.close();
      throw error;
    }
  },
} satisfies Service;
