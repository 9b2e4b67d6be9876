// Requirements on Redis, checked when the gateway starts: the kind of node, its version, and the commands and keys that
// the user may use.
import type { RedisClient } from './prepared-client.ts';

export interface SupportedOptions {
  /** For the sentence. */
  address: string;
  prefix: string;
  isCluster: boolean;
  /** Milliseconds to wait for a connection and for replies. */
  timeout: number;
  /** Why there is no connection. */
  reason(): string;
}

/** Commands of all scripts and stores, as `ACL SETUSER` names them. */
export const neededCommands = [
  ...['get', 'mget', 'set', 'getex', 'del', 'unlink', 'type', 'pttl', 'pexpire', 'incrby', 'decrby', 'time'],
  ...['hget', 'hset', 'hsetnx', 'hdel', 'hexists', 'hgetall', 'hincrby', 'hlen', 'hstrlen'],
  ...['zadd', 'zcard', 'zrange', 'zrangebyscore', 'zrem', 'zremrangebyscore', 'zremrangebyrank'],
];

/** Each in a form that changes nothing: the key does not exist. */
const attempts: Record<string, string> = {
  mget: `'mget', KEYS[1]`,
  set: `'set', KEYS[1], '', 'XX', 'PX', '1'`,
  getex: `'getex', KEYS[1], 'PX', '1'`,
  pexpire: `'pexpire', KEYS[1], '1'`,
  incrby: `'incrby', KEYS[1], '0'`,
  decrby: `'decrby', KEYS[1], '0'`,
  time: `'time'`,
  hget: `'hget', KEYS[1], 'a'`,
  hset: `'hset', KEYS[1], 'a', 'a'`,
  hsetnx: `'hsetnx', KEYS[1], 'a', 'a'`,
  hdel: `'hdel', KEYS[1], 'a'`,
  hexists: `'hexists', KEYS[1], 'a'`,
  hincrby: `'hincrby', KEYS[1], 'a', '0'`,
  hstrlen: `'hstrlen', KEYS[1], 'a'`,
  zadd: `'zadd', KEYS[1], 'XX', '1', 'a'`,
  zrange: `'zrange', KEYS[1], '0', '0'`,
  zrangebyscore: `'zrangebyscore', KEYS[1], '0', '0'`,
  zrem: `'zrem', KEYS[1], 'a'`,
  zremrangebyscore: `'zremrangebyscore', KEYS[1], '0', '0'`,
  zremrangebyrank: `'zremrangebyrank', KEYS[1], '0', '0'`,
};

/** The key is deleted before each attempt, so that its type never matters. */
const attemptScript = `
local failures = {}
local function try(name, ...)
  redis.pcall('del', KEYS[1])
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then failures[#failures + 1] = name .. ' ' .. reply.err end
end
${neededCommands.map((name) => `try('${name}', ${attempts[name] ?? `'${name}', KEYS[1]`})`).join('\n')}
redis.pcall('del', KEYS[1])
return failures`;

/** The oldest version with all of these commands: GETEX, and PXAT of SET. */
const oldest = [6, 2] as const;

/** @see RedisConnection.problem */
export async function unsupported(client: RedisClient, options: SupportedOptions): Promise<string | null> {
  const { address, prefix, isCluster } = options;
  const isReady = await readiness(client, options.timeout);
  if (isCluster && /cluster support disabled|unknown command.*cluster/i.test(options.reason())) {
    return `Redis at ${address} is no cluster: remove redis.cluster`;
  }
  if (!isReady) return null;
  const info = await serverInfo(client);
  if (!isCluster && info.redis_mode === 'cluster') return clusterOfOneNode(address);
  if (info.redis_mode === 'sentinel') {
    return `Redis at ${address} is a Sentinel: set redis.sentinel to the name of the master, { name: "mymaster" }`;
  }
  if (info.role === 'slave' && !isCluster) {
    return `Redis at ${address} is a replica, which cannot be written: give the address of its master`;
  }
  const [major = 0, minor = 0] = (info.redis_version ?? '').split('.').map(Number);
  const isOld = major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
  if (info.redis_version && isOld) {
    return `Redis at ${address} has version ${info.redis_version}: the gateway needs ${oldest.join('.')} or later`;
  }
  let failures: string[];
  try {
    failures = (await client.eval(attemptScript, 1, `${prefix}:check:${crypto.randomUUID()}`)) as string[];
  } catch (error) {
    const { message } = error as Error;
    if (/^(MOVED|CROSSSLOT)/.test(message)) return clusterOfOneNode(address);
    if (!isDenied(message)) return null;
    if (/\bkeys?\b/.test(message)) return deniedKeys(address, prefix);
    return `Redis at ${address}: the user may not use the command eval (nor, perhaps, others); ${remedy}`;
  }
  const denied = failures.filter(isDenied).map((failure) => failure.split(' ', 1)[0]);
  if (denied.length === 0) return null;
  if (failures.filter(isDenied).every((failure) => /\bkeys?\b/.test(failure))) return deniedKeys(address, prefix);
  return `Redis at ${address}: the user may not use ${denied.join(', ')}; ${remedy}`;
}

const remedy = 'the commands that it needs are listed in docs/redis.md';

function clusterOfOneNode(address: string): string {
  return `Redis at ${address} is a Redis Cluster: set redis.cluster to true`;
}

function deniedKeys(address: string, prefix: string): string {
  return `Redis at ${address}: the user may not use the keys ${prefix}:*; add ~${prefix}:* to its permissions, or set redis.prefix`;
}

function isDenied(message: string): boolean {
  return /NOPERM|no permissions|can't run this command|can't access/i.test(message);
}

/** Whether there is a connection, once the first attempt has ended or the time is over. */
async function readiness(client: RedisClient, timeout: number): Promise<boolean> {
  if (client.status === 'ready') return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  // A server that accepts connections may not reply for as long as it likes.
  const timer = setTimeout(resolve, timeout, false).unref();
  const outcomes = { ready: () => resolve(true), close: () => resolve(false), end: () => resolve(false) };
  for (const [event, end] of Object.entries(outcomes)) client.on(event, end);
  const isReady = await promise;
  clearTimeout(timer);
  for (const [event, end] of Object.entries(outcomes)) client.off(event, end);
  return isReady;
}

/** Fields of INFO; empty where the user may not use it. */
async function serverInfo(client: RedisClient): Promise<Record<string, string | undefined>> {
  const text = String(await client.call('INFO').catch(() => ''));
  return Object.fromEntries(text.split(/\r?\n/).map((line) => line.split(':', 2)));
}
