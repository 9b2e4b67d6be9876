// Long-lived connections: WebSockets and event streams, bounded in total, for each client address and for each caller,
// so that no address or caller can take all of them.
import type { IncomingMessage } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { ConnectionsConfig } from '../config/websocket.ts';
import { requestError } from '../errors.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import { type ClientAddress, networkOf } from '../policy/client-address.ts';
import type { Logger } from '../telemetry/log.ts';

export interface LongLivedOptions {
  config: ConnectionsConfig;
  clientAddress: Pick<ClientAddress, 'isTrustedProxy'>;
  log: Pick<Logger, 'warn'>;
}

/** Reservation of one connection, until it is released. */
export interface Place {
  /** Counts the connection for its authenticated caller as well. Null, or the error if there are too many. */
  claim(identity: string): GraphQLError | null;
  /** Registers what ends the connection when the gateway stops, so that its client connects again. */
  onDrain(end: () => void): void;
  /** May be called several times. */
  release(): void;
}

/** Milliseconds between the ends of connections when the gateway stops. */
const DRAIN_STEP = 10;

export class LongLivedConnections {
  readonly #options: LongLivedOptions;
  readonly #perNetwork = new Map<string, number>();
  readonly #perCaller = new Map<string, number>();
  /** What ends connections when the gateway stops. */
  readonly #ends = new Set<() => void>();
  #total = 0;
  #warned = false;
  #isDraining = false;

  constructor(options: LongLivedOptions) {
    this.#options = options;
  }

  get total(): number {
    return this.#total;
  }

  /** Reserves a connection for the address of this request; or returns the error if there are too many. */
  open(request: IncomingMessage, { address }: Pick<RequestContext, 'address'>): Place | GraphQLError {
    const { max, perAddress, perCaller } = this.#options.config;
    if (this.#total >= max) return tooMany('Too many connections.', 503);
    const network = perAddress === false || this.#isBehindUnknownProxy(request) ? null : networkOf(address);
    if (network !== null && perAddress !== false && !add(this.#perNetwork, network, perAddress)) {
      return tooMany(`Too many connections from this address: at most ${perAddress} may be open.`, 429);
    }
    this.#total += 1;
    let caller: string | null = null;
    let isOpen = true;
    let ends: (() => void) | null = null;
    return {
      onDrain: (end) => {
        if (!isOpen) return;
        ends = end;
        if (this.#isDraining) setImmediate(end);
        else this.#ends.add(end);
      },
      claim: (identity) => {
        if (perCaller === false || caller !== null || !isOpen) return null;
        if (!add(this.#perCaller, identity, perCaller)) {
          return tooMany(`Too many connections of this caller: at most ${perCaller} may be open.`, 429);
        }
        caller = identity;
        return null;
      },
      release: () => {
        if (!isOpen) return;
        isOpen = false;
        this.#total -= 1;
        if (ends) this.#ends.delete(ends);
        if (network !== null) remove(this.#perNetwork, network);
        if (caller !== null) remove(this.#perCaller, caller);
      },
    };
  }

  /**
   * Ends all connections, a few at a time, so that their clients do not come back all at once.
   * @param within milliseconds by which the last one is ended.
   */
  drain(within: number): void {
    this.#isDraining = true;
    const steps = Math.max(1, Math.floor(within / DRAIN_STEP));
    const atOnce = Math.max(1, Math.ceil(this.#ends.size / steps));
    const next = () => {
      let left = atOnce;
      for (const end of this.#ends) {
        if (left === 0) break;
        left -= 1;
        this.#ends.delete(end);
        end();
      }
      if (this.#ends.size > 0) setTimeout(next, DRAIN_STEP);
    };
    next();
  }

  /** Behind a proxy that is not trusted, all clients have its address: they must not be counted as one. */
  #isBehindUnknownProxy({ headers, socket }: IncomingMessage): boolean {
    const { clientAddress, log } = this.#options;
    if (headers['x-forwarded-for'] === undefined || clientAddress.isTrustedProxy(socket.remoteAddress)) return false;
    if (!this.#warned) {
      this.#warned = true;
      log.warn(
        { peer: socket.remoteAddress },
        'a peer that is not in `trustedProxies` sends X-Forwarded-For: ' +
          'its connections are not bounded by `connections.perAddress`. ' +
          'If it is your proxy, add it to `trustedProxies`',
      );
    }
    return true;
  }
}

function add(counts: Map<string, number>, key: string, limit: number): boolean {
  const count = counts.get(key) ?? 0;
  if (count >= limit) return false;
  counts.set(key, count + 1);
  return true;
}

function remove(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 1) - 1;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}

function tooMany(message: string, status: 429 | 503): GraphQLError {
  return requestError('TOO_MANY_CONNECTIONS', { message, status });
}
