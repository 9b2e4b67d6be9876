// Long-lived connections: WebSockets and event streams, bounded in total, for each client address and for each caller,
// so that no address or caller can take all of them. The bounds are those of all workers together.
import type { IncomingMessage } from 'node:http';
import type { GraphQLError } from 'graphql';
import { type Bound, LocalPlaces, type Places, type Release, SharedPlaces } from '../cluster/places.ts';
import type { WorkerChannel } from '../cluster/worker-channel.ts';
import type { ConnectionsConfig } from '../config/websocket.ts';
import { requestError } from '../errors.ts';
import { handleMaybePromise, type MaybePromise } from '../maybe-promise.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import { type ClientAddress, networkOf } from '../policy/client-address.ts';
import type { Logger } from '../telemetry/log.ts';

export interface LongLivedOptions {
  config: ConnectionsConfig;
  clientAddress: Pick<ClientAddress, 'isTrustedProxy'>;
  log: Pick<Logger, 'warn'>;
  /** Of a worker; null for one process. */
  channel?: WorkerChannel | null;
}

/** One bound, with the error where it has been reached. */
export interface ConnectionBound {
  bound: Bound;
  message: string;
  status: 429 | 503;
}

/** Reservation of one connection, until it is released. */
export interface Place {
  /** Counts the connection for its authenticated caller as well. Null, or the error if there are too many. */
  claim(identity: string): MaybePromise<GraphQLError | null>;
  /** Registers what ends the connection when the gateway stops, so that its client connects again. */
  onDrain(end: () => void): void;
  /** May be called several times. */
  release(): void;
}

/** Milliseconds between the ends of connections when the gateway stops. */
const DRAIN_STEP = 10;

export class LongLivedConnections {
  readonly #options: LongLivedOptions;
  readonly #places: Places;
  /** What ends connections when the gateway stops. */
  readonly #ends = new Set<() => void>();
  #total = 0;
  #warned = false;
  #isDraining = false;

  constructor(options: LongLivedOptions) {
    this.#options = options;
    this.#places = options.channel ? new SharedPlaces(options.channel) : new LocalPlaces();
  }

  /** Those of this process. */
  get total(): number {
    return this.#total;
  }

  /**
   * Reserves a connection for the address of this request; or returns the error if there are too many.
   * @param further bounds, which are checked first.
   */
  open(
    request: IncomingMessage,
    { address }: Pick<RequestContext, 'address'>,
    further: readonly ConnectionBound[] = [],
  ): MaybePromise<Place | GraphQLError> {
    const bounds = [...further, ...this.#boundsOf(request, address)];
    return handleMaybePromise(
      () => this.#places.take(bounds.map(({ bound }) => bound)),
      (taken) => {
        if (typeof taken !== 'number') return this.#placeOf(taken);
        const { message, status } = bounds[taken] as ConnectionBound;
        return tooMany(message, status);
      },
    );
  }

  #boundsOf(request: IncomingMessage, address: string): ConnectionBound[] {
    const { max, perAddress } = this.#options.config;
    const bounds: ConnectionBound[] = [{ bound: ['all', max], message: 'Too many connections.', status: 503 }];
    if (perAddress !== false && !this.#isBehindUnknownProxy(request)) {
      const message = `Too many connections from this address: at most ${perAddress} may be open.`;
      bounds.push({ bound: [`address ${networkOf(address)}`, perAddress], message, status: 429 });
    }
    return bounds;
  }

  #placeOf(release: Release): Place {
    const { perCaller } = this.#options.config;
    this.#total += 1;
    let isClaimed = false;
    let releaseCaller: Release | null = null;
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
        if (perCaller === false || isClaimed || !isOpen) return null;
        isClaimed = true;
        return handleMaybePromise(
          () => this.#places.take([[`caller ${identity}`, perCaller]]),
          (taken) => {
            if (typeof taken === 'number') {
              isClaimed = false;
              return tooMany(`Too many connections of this caller: at most ${perCaller} may be open.`, 429);
            }
            // Closed meanwhile.
            if (!isOpen) taken();
            else releaseCaller = taken;
            return null;
          },
        );
      },
      release: () => {
        if (!isOpen) return;
        isOpen = false;
        this.#total -= 1;
        if (ends) this.#ends.delete(ends);
        release();
        releaseCaller?.();
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

function tooMany(message: string, status: 429 | 503): GraphQLError {
  return requestError('TOO_MANY_CONNECTIONS', { message, status });
}
