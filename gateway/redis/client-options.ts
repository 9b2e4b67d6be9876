// Options of ioredis for a `redis` section: where its nodes are, and how they are connected to.
import type { ConnectionOptions } from 'node:tls';
import type { RedisOptions, SentinelAddress } from 'ioredis';
import { databaseOf, type RedisConfig, redisAddresses } from '../config/redis.ts';

/** A section of which only the address is required. */
export type RedisTarget = Pick<RedisConfig, 'url'> & Partial<RedisConfig>;

export interface ClientOptions {
  /** Of each connection, except where it goes to. */
  common: Pick<RedisOptions, 'username' | 'password' | 'tls' | 'db'>;
  /** Undefined for a socket. */
  nodes: { host: string; port: number; family?: number }[];
  /** Path of a socket. */
  path: string | undefined;
}

/** @param tls certificates; null without TLS. */
export function clientOptions(target: RedisTarget, tls: ConnectionOptions | null): ClientOptions {
  const urls = redisAddresses(target);
  const first = parse(urls[0] as string);
  const username = target.username ?? first.username;
  const password = target.password ?? first.password;
  const db = target.database ?? first.db;
  return {
    common: {
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(db !== undefined && { db }),
      ...(tls && { tls }),
    },
    nodes: urls.flatMap((url) => parse(url).node ?? []),
    path: first.path,
  };
}

/** Options for a master that Sentinels know. */
export function sentinelOptions(
  { sentinel }: RedisTarget,
  { nodes, common }: ClientOptions,
): Pick<
  RedisOptions,
  'sentinels' | 'name' | 'sentinelUsername' | 'sentinelPassword' | 'enableTLSForSentinelMode' | 'sentinelTLS'
> {
  return {
    sentinels: nodes as SentinelAddress[],
    ...(sentinel && { name: sentinel.name }),
    ...(sentinel?.username !== undefined && { sentinelUsername: sentinel.username }),
    ...(sentinel?.password !== undefined && { sentinelPassword: sentinel.password }),
    ...(common.tls && { enableTLSForSentinelMode: true, sentinelTLS: common.tls }),
  };
}

export function hasTls({ url }: RedisTarget): boolean {
  return redisAddresses({ url }).some((each) => /^rediss:/i.test(each));
}

/** For log lines. */
export function withoutCredentials(url: string): string {
  // The path of a socket may have a password in its query.
  if (!URL.canParse(url)) return url.split('?', 1)[0] as string;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

interface Parsed {
  node?: { host: string; port: number; family?: number };
  path?: string;
  username?: string | undefined;
  password?: string | undefined;
  db?: number | undefined;
}

function parse(url: string): Parsed {
  if (!URL.canParse(url)) {
    const { searchParams } = new URL(`redis://socket${url}`);
    const db = searchParams.get('db');
    return {
      path: url.split('?', 1)[0] as string,
      username: searchParams.get('username') ?? undefined,
      password: searchParams.get('password') ?? undefined,
      db: db === null ? undefined : Number(db),
    };
  }
  const { hostname, port, username, password, searchParams } = new URL(url);
  const family = searchParams.get('family');
  return {
    node: {
      host: hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost',
      port: Number(port) || 6379,
      ...(family !== null && { family: Number(family) }),
    },
    username: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
    db: databaseOf(url),
  };
}
