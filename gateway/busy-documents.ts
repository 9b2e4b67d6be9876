// Busy documents: those that clients send most often, by which a process that takes another one's place is warm before
// its first request.
import type { Engine } from './engine/engine.ts';
import type { BusyDocument } from './supervisor/messages.ts';
import type { Logger } from './telemetry/log.ts';

const MAX_DOCUMENTS = 200;
/** Of their texts together. */
const MAX_CHARACTERS = 1_000_000;
/** Milliseconds of planning before the first request. */
const MAX_PLANNING = 10_000;

export interface BusyDocumentsOptions {
  /** By client; null for the whole graph. */
  engines: ReadonlyMap<string | null, Pick<Engine, 'documents'>>;
  /** Of trusted documents. */
  planning: { planFor(milliseconds: number): void };
  log: Pick<Logger, 'debug'>;
}

/** An endpoint, without the rest of its types: those of this file are reached by the public ones. */
interface Served {
  pipeline: { engine: Engine };
}

export class BusyDocuments {
  readonly #options: BusyDocumentsOptions;

  constructor(options: BusyDocumentsOptions) {
    this.#options = options;
  }

  /** @param views the endpoints of clients, by client. */
  static of(whole: Served, views: ReadonlyMap<string, Served>, rest: Omit<BusyDocumentsOptions, 'engines'>) {
    const engines = new Map<string | null, Engine>([[null, whole.pipeline.engine]]);
    for (const [client, { pipeline }] of views) engines.set(client, pipeline.engine);
    return new BusyDocuments({ ...rest, engines });
  }

  /** The most used first. Trusted documents, which every process plans, are not among them. */
  list(): BusyDocument[] {
    const found = [...this.#options.engines].flatMap(([client, { documents }]) =>
      documents.used().map(({ text, uses }) => ({ client, text, uses })),
    );
    let characters = 0;
    return found
      .sort((one, other) => other.uses - one.uses)
      .slice(0, MAX_DOCUMENTS)
      .filter(({ text }) => {
        characters += text.length;
        return characters <= MAX_CHARACTERS;
      })
      .map(({ client, text }) => ({ client, text }));
  }

  /** Prepares these, as far as they are valid here, and what is left of the trusted documents. */
  prepare(documents: readonly BusyDocument[]): void {
    const end = performance.now() + MAX_PLANNING;
    let prepared = 0;
    for (const { client, text } of documents) {
      const engine = this.#options.engines.get(client);
      if (!engine) continue;
      if (performance.now() > end) break;
      const { errors, operations } = engine.documents.get(text);
      for (const operation of errors ? [] : operations) {
        // Those with required variables are planned as without them, which is nearly always the same plan.
        const coerced = operation.coerce({});
        operation.planFor('values' in coerced ? coerced.values : {});
      }
      prepared += 1;
    }
    this.#options.planning.planFor(Math.max(0, end - performance.now()));
    this.#options.log.debug({ prepared, given: documents.length }, 'busy documents prepared');
  }
}
