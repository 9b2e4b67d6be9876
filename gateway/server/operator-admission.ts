// Admission of requests to the gateway's own endpoints for operators and services: address lists, the rate of wrong tokens,
// and the token. A guess at one endpoint counts at the others; those on listeners for operators are counted apart from those
// that clients can reach, so that no client locks out operators.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BlockList } from 'node:net';
import type { WorkerChannel } from '../cluster/worker-channel.ts';
import { rejectedResponse } from '../errors.ts';
import { type ClientAddress, networkOf } from '../policy/client-address.ts';
import { hasBearerToken } from './bearer-token.ts';
import { rejectUnread } from './json-response.ts';
import { GUESS_PERIOD_MS, WrongTokens } from './wrong-tokens.ts';

export interface OperatorAdmissionOptions {
  clientAddress: Pick<ClientAddress, 'clientAddress'>;
  /** The lists of the configuration, which are for clients. */
  isAllowedAddress(address: string): boolean;
  /** Of a worker; null for one process. */
  channel?: WorkerChannel | null;
}

export interface Requirement {
  /** Undefined for an endpoint without one. */
  token: string | undefined;
  /** The token's option, for messages. */
  option: string;
  /** Whether the lists concern this machine too: not on a listener for operators. */
  isForClients: boolean;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export class OperatorAdmission {
  readonly #options: OperatorAdmissionOptions;
  readonly #guessesOfClients: WrongTokens;
  readonly #guesses: WrongTokens;

  constructor(options: OperatorAdmissionOptions) {
    this.#options = options;
    const { channel = null } = options;
    const ofWorkers = (name: string) => channel && { channel, name };
    this.#guessesOfClients = new WrongTokens(undefined, ofWorkers('clients'));
    this.#guesses = new WrongTokens(undefined, ofWorkers('operators'));
  }

  addressOf(request: IncomingMessage): string {
    return this.#options.clientAddress.clientAddress(request);
  }

  /** Rejects a request that is not allowed; false for one that is rejected. */
  admit(request: IncomingMessage, response: ServerResponse, { token, option, isForClients }: Requirement): boolean {
    const address = this.addressOf(request);
    if (!this.#options.isAllowedAddress(address) && (isForClients || !isLoopback(address))) {
      const message = 'Requests from this address are not allowed.';
      rejectUnread(response, rejectedResponse('FORBIDDEN', { message }));
      return false;
    }
    if (token === undefined) return true;
    const network = networkOf(address);
    const guesses = isForClients ? this.#guessesOfClients : this.#guesses;
    if (guesses.isExhausted(network)) {
      response.setHeader('retry-after', String(GUESS_PERIOD_MS / 1000));
      const message = 'There were too many wrong tokens from this address. Try again later.';
      rejectUnread(response, rejectedResponse('RATE_LIMIT_EXCEEDED', { message }));
      return false;
    }
    const { authorization } = request.headers;
    if (hasBearerToken(authorization, token)) return true;
    if (authorization !== undefined) guesses.add(network);
    response.setHeader('www-authenticate', 'Bearer');
    const message = `This needs the header "authorization: Bearer <token>", with \`${option}\`.`;
    rejectUnread(response, rejectedResponse('UNAUTHENTICATED', { message }));
    return false;
  }
}

function isLoopback(address: string): boolean {
  return loopback.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}
