// Planning of trusted documents: all are validated at start. The first are planned then, so that no request waits for it;
// of thousands, the others are planned while the gateway serves, or when they are first requested. Those that can never be
// served are warnings in the log.
import type { GraphQLError } from 'graphql';
import type { View } from './client-views/view.ts';
import { ComposeError } from './compose/compose-error.ts';
import type { Engine } from './engine/engine.ts';
import type { PreparedOperation } from './engine/prepared-operation.ts';
import { describeLocation } from './persisted-documents/documents-error.ts';
import type { TrustedDocument, TrustedDocuments } from './persisted-documents/trusted-documents.ts';
import { type Foresees, isInvalid, neverServed } from './policy/never-served.ts';
import { noDeniedFields } from './query-plan/denied-fields.ts';
import type { Logger } from './telemetry/log.ts';

/** Milliseconds of planning before the gateway listens, for all clients together. */
const AT_START = 500;
/** Milliseconds of planning in one turn of the event loop, after which as long a pause follows. */
const AT_ONCE = 5;
/** Plans between two lines of progress in the log. */
const PLANS_PER_LINE = 500;

/** The operations of one client that are not planned yet; the next one is the last. */
interface Unplanned {
  client: string;
  documents: number;
  operations: { operation: PreparedOperation; document: TrustedDocument }[];
  checks: Foresees;
  plans: number;
  /** In milliseconds. */
  duration: number;
}

/** What the documents of a client are planned and checked by. */
interface TrustedPipeline {
  engine: Pick<Engine, 'documents'>;
  operationChecks: Foresees;
}

export class TrustedPlanning {
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #unplanned: Unplanned[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param now a clock in milliseconds. */
  constructor(log: Logger, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /**
   * Validates the documents of a client, which are then never evicted.
   * @throws ComposeError naming each document that is invalid in the client's view, with its file, line and column.
   */
  add(
    { name: client, schema }: Pick<View, 'name' | 'schema'>,
    trusted: TrustedDocuments,
    { engine: { documents }, operationChecks: checks }: TrustedPipeline,
  ): void {
    if (trusted.size === 0) return;
    const started = this.#now();
    const reasons = new Set<string>();
    const operations: Unplanned['operations'] = [];
    for (const one of trusted) {
      const document = documents.pin(one.text);
      if (document.errors && !isInvalid(document.errors)) this.#warn(client, one, document.errors);
      else if (document.errors) {
        const [error] = trusted.placed(one, document.errors.slice(0, 1), schema);
        if (error) reasons.add(`client ${client}: ${describeLocation(error)} ${one.name ?? one.id}: ${error.message}`);
      } else operations.push(...document.operations.map((operation) => ({ operation, document: one })));
    }
    if (reasons.size > 0)
      throw new ComposeError([...reasons], `Trusted documents of the client ${client} are not valid:`);
    const duration = this.#now() - started;
    this.#unplanned.push({
      client,
      documents: trusted.size,
      operations: operations.reverse(),
      checks,
      plans: 0,
      duration,
    });
  }

  /** The number of operations without a plan. */
  get waiting(): number {
    return this.#unplanned.reduce((sum, { operations }) => sum + operations.length, 0);
  }

  /** Plans as many operations as half a second allows. */
  planFirst(): void {
    this.planFor(AT_START);
    for (const { client, documents, plans, operations } of this.#unplanned) {
      const waiting = operations.length;
      this.#log.info({ client, documents, plans, waiting }, 'trusted documents are planned while the gateway serves');
    }
  }

  /** Plans the others, a few at a time. */
  start(): void {
    if (this.#unplanned.length === 0) return;
    // As long as it plans, something else may run.
    this.#timer = setTimeout(() => {
      this.planFor(AT_ONCE);
      this.start();
    }, AT_ONCE).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#unplanned.length = 0;
  }

  /** Plans as many as these milliseconds allow. */
  planFor(milliseconds: number): void {
    const end = this.#now() + milliseconds;
    for (let [next] = this.#unplanned; next; [next] = this.#unplanned) {
      const operation = next.operations.pop();
      if (operation) {
        const started = this.#now();
        this.#plan(next, operation);
        next.plans += 1;
        next.duration += this.#now() - started;
      }
      const { client, documents, plans, operations } = next;
      if (operations.length === 0) {
        this.#unplanned.shift();
        const duration = Math.round(next.duration);
        this.#log.info({ client, documents, plans, duration }, 'trusted documents planned');
      } else if (plans % PLANS_PER_LINE === 0) {
        this.#log.info({ client, documents, plans, waiting: operations.length }, 'planning trusted documents');
      }
      if (this.#now() >= end) return;
    }
  }

  #plan({ client, checks }: Unplanned, { operation, document }: Unplanned['operations'][number]): void {
    try {
      const reasons = neverServed(operation, checks);
      if (reasons.length > 0) this.#warn(client, document, reasons);
      else if (operation.hasDefer) operation.planFor({}, noDeniedFields, '', true);
    } catch (error) {
      // A request for it will have the same error.
      this.#log.error({ err: error, client, operation: operation.name }, 'a trusted document cannot be planned');
    }
  }

  #warn(client: string, { id, name: operation = id, place }: TrustedDocument, [reason]: readonly GraphQLError[]): void {
    const fields = { client, operation, place: describeLocation(place), code: reason?.extensions.code };
    this.#log.warn(fields, `a trusted document can never be served: ${reason?.message}`);
  }
}
