// A client of ioredis whose credentials and certificates are read for each new connection: tokens expire, and files are
// renewed. ioredis takes both from options that do not change.
import type { ConnectionOptions } from 'node:tls';
import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { RedisCredentialsFunction } from '../config/redis.ts';
import { replaceConsoleTexts } from './console-texts.ts';

/** The commands are the same for one node and for a cluster, where all keys of one command are in one slot. */
export type RedisClient = Redis | Cluster;

export interface Preparation {
  credentials: RedisCredentialsFunction | undefined;
  /** Certificates as they are now. */
  tls(): ConnectionOptions | null;
  /** Milliseconds that the credentials may take. */
  timeout: number;
  warn(reason: string): void;
}

/** What ioredis does not declare. */
interface Internals {
  connector: { connect(emit: unknown): Promise<unknown> };
  condition: { auth?: string | [username: string, password: string] | undefined };
  options: RedisOptions;
}

/** @param client one that has not begun to connect. */
export function prepareClient(client: Redis, preparation: Preparation): void {
  replaceConsoleTexts(client, preparation.warn);
  const internals = client as unknown as Internals;
  const { connector, options } = internals;
  const connect = connector.connect.bind(connector);
  connector.connect = async (emit) => {
    const tls = preparation.tls();
    if (tls && options.tls) Object.assign(options.tls, tls);
    if (preparation.credentials) {
      const { username, password } = await current(preparation.credentials, preparation);
      Object.assign(options, { username, password });
      internals.condition.auth = username === undefined ? password : [username, password ?? ''];
    }
    return connect(emit);
  };
  // A cluster looks for its nodes over copies.
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (override) => {
    const copy = duplicate({ ...override, lazyConnect: true });
    prepareClient(copy, preparation);
    return copy;
  };
}

/** Without credentials where there are none: Redis rejects the connection, and it is opened again after a pause. */
async function current(
  credentials: RedisCredentialsFunction,
  { timeout, warn }: Preparation,
): Promise<{ username?: string | undefined; password?: string }> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`nothing within ${timeout} ms`)), timeout);
  try {
    return await Promise.race([credentials(), late.promise]);
  } catch (error) {
    warn(`redis.credentials failed: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  } finally {
    clearTimeout(timer);
  }
}
