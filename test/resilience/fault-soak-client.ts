// Clients of the soak test: each request has a caller and a number, and its response is held against both, and against the
// faults that have happened to it.
import { type Agent, request } from 'undici';
import type { Random } from '../differential/random.ts';
import type { SoakFaults } from './fault-soak-faults.ts';
import type { Stalls, Usage } from './fault-soak-measures.ts';
import { compare, type Operation, operations, type Path } from './fault-soak-operations.ts';

/** Milliseconds of a request to a service, where some are silent. */
export const TIMEOUT = 2_000;

/** Milliseconds after which a request counts as one without an end. */
export const HUNG = 60_000;

/** Milliseconds by which the event loop is late before a time-out may have come of it: all services are in this process. */
const STALL = TIMEOUT / 8;

/** Share of the mutations that may be written to a connection in the moment in which the service ends it. */
const CLOSING = 0.005;

export interface SoakResult {
  requests: number;
  /** By the kind of the operation; `cancelled` for those whose client has left. */
  kinds: Record<string, number>;
  /** Responses with another caller's data or another request's, or with less than there has to be. */
  wrong: string[];
  /** Errors that no fault explains. */
  unexplained: string[];
  /** Requests without an end within a minute. */
  hung: string[];
  /** Mutations that were executed more than once. */
  repeated: string[];
  /** Errors with a fault, by code. */
  explained: Record<string, number>;
  /** Mutations that were written to a connection in the moment in which the service ended it. */
  closing: number;
  /** Faults that have happened. */
  faults: Record<string, number>;
  /** After a tenth of the requests, at the end with nothing to do, and after everything was closed. */
  usage: { early: Usage; late: Usage; closed: Usage };
  /** Before anything was started. */
  handlesBefore: number;
  /** Requests in flight in the gateways and their clients, at the end. */
  inFlight: number;
}

export interface SoakClientsOptions {
  random: Random;
  faults: SoakFaults;
  origins: readonly string[];
  agent: Agent;
  identities: number;
  stalls: Stalls;
  result: SoakResult;
}

interface Received {
  data?: unknown;
  errors?: { message: string; path?: Path; extensions?: { code?: string; subgraph?: string } }[];
}

/** A request, and what is known of it. */
interface Sent {
  id: string;
  user: string;
  stamp: string;
  first: number;
  operation: Operation;
  started: number;
  /** `Stalls.total` at its beginning. */
  stalled: number;
}

export class SoakClients {
  readonly #parts: SoakClientsOptions;

  constructor(parts: SoakClientsOptions) {
    this.#parts = parts;
  }

  async send(id: string): Promise<void> {
    const { random, faults, result, identities } = this.#parts;
    const user = `user-${random.below(identities)}`;
    const sent: Sent = {
      ...{ id, user, stamp: `${user} ${id}`, first: 1 + random.below(5) },
      ...{ operation: drawOperation(random), started: performance.now(), stalled: this.#parts.stalls.total },
    };
    const client = new AbortController();
    const leaves = random.below(50) === 0;
    let isHung = false;
    const timer = setTimeout(
      () => {
        isHung = !leaves;
        client.abort();
      },
      leaves ? random.below(20) : HUNG,
    );
    faults.begin(id);
    let kind: string = sent.operation.kind;
    try {
      const received = await this.#request(sent, client.signal);
      if (sent.operation.kind === 'subscription') this.#checkStream(sent, received);
      else this.#check(sent, JSON.parse(received), sent.first);
    } catch (error) {
      if (isHung) result.hung.push(describe(sent, 'no end'));
      else if (client.signal.aborted) kind = 'cancelled';
      else result.wrong.push(describe(sent, String(error)));
    } finally {
      clearTimeout(timer);
      faults.end(id);
      result.requests += 1;
      result.kinds[kind] = (result.kinds[kind] ?? 0) + 1;
    }
  }

  async #request({ id, user, stamp, first, operation }: Sent, signal: AbortSignal): Promise<string> {
    const { random, origins, agent } = this.#parts;
    const { query, kind } = operation;
    const headers = {
      ...{ 'content-type': 'application/json', 'x-user-id': user, 'x-nonce': id, 'x-request-id': id },
      accept: kind === 'subscription' ? 'text/event-stream' : 'application/json',
    };
    const url = `${random.pick(origins)}/graphql`;
    const variables = { first, text: stamp };
    if (kind === 'query' && random.below(4) === 0) {
      const address = `${url}?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`;
      return (await request(address, { headers, dispatcher: agent, signal })).body.text();
    }
    const body = JSON.stringify({ query, variables });
    return (await request(url, { method: 'POST', headers, body, dispatcher: agent, signal })).body.text();
  }

  /** @param number of the event; of queries and mutations, the number of items. */
  #check(sent: Sent, { data, errors = [] }: Received, number: number): void {
    const { result } = this.#parts;
    for (const error of errors) {
      const code = error.extensions?.code ?? '';
      if (this.#isExplained(sent, error)) result.explained[code] = (result.explained[code] ?? 0) + 1;
      else result.unexplained.push(describe(sent, `${JSON.stringify(error)} (${this.#circumstances(sent)})`));
    }
    const expected = sent.operation.expected(sent.user, sent.stamp, number);
    compare(
      expected,
      data ?? null,
      errors.map(({ path = [] }) => path),
      (path, value) => result.wrong.push(describe(sent, `${path.join('.')}: ${JSON.stringify(value)}`)),
    );
  }

  #isExplained(
    { id, stalled, started, operation }: Sent,
    { extensions: { code = '', subgraph = '' } = {} }: NonNullable<Received['errors']>[number],
  ) {
    const { faults, stalls, result } = this.#parts;
    // Requests to this service have nothing of their caller, and are shared.
    if (faults.explains(id, subgraph, code, subgraph === 'prices')) return true;
    if (code === 'SUBGRAPH_UNAVAILABLE' && operation.kind === 'mutation' && faults.hasClosedSince(subgraph, started)) {
      result.closing += 1;
      return result.closing <= 1 + CLOSING * (result.kinds.mutation ?? 0);
    }
    return code === 'SUBGRAPH_TIMEOUT' && stalls.total - stalled > STALL;
  }

  #circumstances({ id, stalled, started }: Sent): string {
    const { faults, stalls } = this.#parts;
    const [late, time] = [stalls.total - stalled, performance.now() - started].map(Math.round);
    return `${faults.traceOf(id)}; from ${Math.round(started)} for ${time} ms, the event loop late by ${late} ms`;
  }

  /** An event stream: all of its events and `complete`, or some and an event with the error that has ended it. */
  #checkStream(sent: Sent, received: string): void {
    const { result } = this.#parts;
    // A request that is rejected before it is executed has a single response.
    const blocks = received.startsWith('{') ? [`event: next\ndata: ${received}`] : received.split('\n\n');
    let events = 0;
    let isOver = false;
    for (const block of blocks) {
      const [, type, data = ''] = /^event: ?(\w+)(?:\ndata: ?(.*))?$/m.exec(block) ?? [];
      if (type === 'next') {
        const event: Received = JSON.parse(data);
        events += 1;
        isOver = !event.data && event.errors !== undefined;
        this.#check(sent, event, events);
      } else if (type === 'complete') {
        if (events !== sent.first || isOver) result.wrong.push(describe(sent, `complete after ${events} events`));
        isOver = true;
      }
    }
    if (!isOver)
      result.wrong.push(describe(sent, `the stream has ended after ${events} events: ${received.slice(-200)}`));
  }
}

function describe({ id, user, first, operation: { query } }: Sent, what: string): string {
  return `request ${id} of ${user} (${first}): ${query}: ${what.slice(0, 1_500)}`;
}

function drawOperation(random: Random): Operation {
  const drawn = random.below(100);
  const kind = drawn < 4 ? 'subscription' : drawn < 16 ? 'mutation' : 'query';
  return random.pick(operations.filter((operation) => operation.kind === kind));
}
