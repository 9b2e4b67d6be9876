// Answers operations, whichever way they came in: past the gate, from the cache or by the engine, and into the cache.
import { type ExecutionResult, GraphQLError, getArgumentValues } from 'graphql';
import type { AnswerCache, AnswerReading, CachedAnswer } from '../cache/answer-cache.ts';
import { answerKey } from '../cache/answer-key.ts';
import type { Cache } from '../cache/cache.ts';
import { freshnessHeaders } from '../cache/http-policy.ts';
import { type Change, tagsForAnswer } from '../cache/tags.ts';
import {
  type DocumentParameters,
  type DocumentSettings,
  type RequestedDocument,
  requestDocument,
} from '../clients/trusted-documents/request-document.ts';
import type { Answer } from '../execute/answer.ts';
import type { ObjectsInAnswer } from '../execute/answer-objects.ts';
import { toPlainJson } from '../json/json-values.ts';
import { NumberText } from '../json/number-text.ts';
import type { Engine } from '../plan/engine.ts';
import type { PreparedOperation } from '../plan/prepared-operation.ts';
import type { Varying } from '../policy/forwarding/varying.ts';
import type { Admitted, Gate, Refused } from '../policy/gate.ts';
import { coordinatesOf } from '../telemetry/usage/coordinates.ts';
import type { UsageCounter } from '../telemetry/usage/usage-counter.ts';
import { noteEpoch } from '../transport/subgraph-client.ts';
import { CachedResult } from './cached-result.ts';
import type { RequestContext } from './request-context.ts';

export interface OperationsOptions {
  engine: Engine;
  gate: Gate;
  cache: Cache;
  /** Stands for the graph in the keys of what is kept. */
  graph: string;
  /** Stands for the client's view there; null for the whole graph. */
  view: string | null;
  /** Null where nobody wants to know who uses what. */
  usage: UsageCounter | null;
  /** Which documents are answered. */
  documents: DocumentSettings;
  /** Whether nobody else is answered: caches on the way would not ask who it is. */
  onlySignedIn: boolean;
  /** Milliseconds; said to caches on the way. */
  staleWhileRevalidate: number;
  /** On which header fields answers depend. */
  varying: Varying;
  /** An unexpected error as clients may see it; it is logged there. */
  mask(error: unknown): GraphQLError;
}

export type Result = Answer | ExecutionResult;

type Requested = RequestedDocument | GraphQLError;

type Variables = Readonly<Record<string, unknown>>;

/** Own fields that ask the graph for themselves would never end. */
const deepestNesting = 8;

/** One operation on its way. */
interface Passage extends Admitted {
  operation: PreparedOperation;
  coerced: Variables;
  given: Variables;
  context: RequestContext;
}

export class Operations {
  readonly #options: OperationsOptions;

  constructor(options: OperationsOptions) {
    this.#options = options;
  }

  get engine(): Engine {
    return this.#options.engine;
  }

  /** Which document a request means; errors say why it means none that is answered. */
  document(parameters: DocumentParameters): Requested | Promise<Requested> {
    return requestDocument(parameters, this.#options.documents);
  }

  /** Answers an operation that a request needs besides its own, for the same asker. */
  ask(query: string, variables: Variables, asking: RequestContext): Promise<ExecutionResult> {
    const document = this.engine.documents.get(query);
    if (document.errors) {
      const code = document.document ? 'GRAPHQL_VALIDATION_FAILED' : 'GRAPHQL_PARSE_FAILED';
      // Documents' own errors are kept with them, and are not to be changed.
      return Promise.resolve({ errors: document.errors.map((error) => withCode(error, code)) });
    }
    const operation = document.operation(null);
    if (!operation)
      return Promise.resolve({ errors: [refusal('Give one operation.', 'OPERATION_RESOLUTION_FAILURE')] });
    if (operation.operation.operation === 'subscription') {
      return Promise.resolve({ errors: [refusal('Give a query or a mutation: this has one answer.', 'BAD_REQUEST')] });
    }
    const context = asking.beside();
    if (context.nested > deepestNesting) {
      const message = `The graph is asked from within itself more than ${deepestNesting} times over.`;
      return Promise.resolve({ errors: [refusal(message, 'INTERNAL_SERVER_ERROR')] });
    }
    context.connectGraph((below, values, nested) => this.ask(below, values, nested));
    return new Promise((resolve) => {
      this.answer(operation, variables, context, ({ data, errors }) =>
        // Resolvers consume values: they get numbers and strings.
        resolve({ data: toPlainJson(data ?? null), ...(errors && { errors }) }),
      );
    });
  }

  /** Answers a query or mutation. `done` is called once; what is refused comes as errors. */
  answer(
    operation: PreparedOperation,
    given: Variables,
    context: RequestContext,
    done: (result: Result) => void,
  ): void {
    const fail = (error: unknown) => done({ errors: [this.#options.mask(error)] });
    context.operations += 1;
    context.freshness = null;
    const coerced = operation.coerce(given);
    if ('errors' in coerced) {
      done({ errors: coerced.errors });
      return;
    }
    this.#count(operation, context);
    const nulls = operation.nullFaults(coerced.values);
    const proceed = (admitted: Admitted | Refused) => {
      if ('errors' in admitted) {
        context.noteRefusal(admitted);
        done({ errors: admitted.errors });
        return;
      }
      context.headers.push(...admitted.headers);
      if (nulls?.whole) {
        done({ data: null, errors: [nulls.whole] });
        return;
      }
      const denials = nulls ? admitted.denials.with(nulls.fields) : admitted.denials;
      this.#proceed({ ...admitted, denials, operation, given: coerced.given, context, coerced: coerced.values }, done);
    };
    const admitted = this.#options.gate.admit(operation, coerced.values, context);
    if (admitted instanceof Promise) admitted.then(proceed).catch(fail);
    else proceed(admitted);
  }

  /** Subscribes to events; what is refused comes as errors. */
  async subscribe(
    operation: PreparedOperation,
    given: Variables,
    context: RequestContext,
  ): Promise<AsyncIterableIterator<Result> | ExecutionResult> {
    const coerced = operation.coerce(given);
    if ('errors' in coerced) return { errors: coerced.errors };
    this.#count(operation, context);
    const admitted = await this.#options.gate.admit(operation, coerced.values, context);
    if ('errors' in admitted) {
      context.noteRefusal(admitted);
      return { errors: admitted.errors };
    }
    const nulls = operation.nullFaults(coerced.values);
    if (nulls?.whole) return { errors: [nulls.whole] };
    const denials = nulls ? admitted.denials.with(nulls.fields) : admitted.denials;
    return this.engine.subscribe(operation, coerced.values, coerced.given, denials, context, () => context.forEvent());
  }

  /** Counts who uses what of the graph. */
  #count(operation: PreparedOperation, { clientName, clientVersion }: RequestContext): void {
    const { usage, documents } = this.#options;
    usage?.count(operation, clientName ?? '(none)', clientVersion ?? '(none)', () => ({
      name: operation.name,
      trusted: documents.trusted.get(Buffer.from(operation.hash(), 'base64url').toString('hex')) !== undefined,
      coordinates: coordinatesOf(operation.document, operation.operation, this.engine.schema),
    }));
  }

  #proceed(passage: Passage, done: (result: Result) => void): void {
    const { answers } = this.#options.cache;
    const { analysis, context } = passage;
    if (analysis.maxAge > 0 && answers && context.mayKeep) {
      const key = this.#key(passage);
      if (key !== null) {
        this.#answerKept(answers, key, passage, done);
        return;
      }
    }
    this.#run(passage, context, (result, held) => {
      const changes = changesOf(this.engine, passage, result, held);
      if (changes.length > 0) this.#options.cache.invalidate(changes).then(() => done(result));
      else {
        if (!result.errors) this.#tell(passage);
        done(result);
      }
    });
  }

  #run(
    { operation, coerced, given, denials }: Passage,
    context: RequestContext,
    done: (result: Result, held: (() => ObjectsInAnswer) | null) => void,
  ): void {
    this.engine.answer(operation, coerced, given, denials, context, done);
  }

  #answerKept(answers: AnswerCache, key: string, passage: Passage, done: (result: Result) => void): void {
    const { context } = passage;
    const fetch = (reading: AnswerReading) =>
      this.#fetch(answers, key, reading, passage, context, (result) => {
        const { fallback } = reading;
        if (fallback && context.takesKept && result.errors?.some(isFailure)) {
          this.#give(fallback, reading.age, passage, done);
        } else {
          if (result instanceof CachedResult) this.#tell(passage, result.answer);
          done(result);
        }
      });
    answers
      .read(key)
      .then((reading) => {
        const { entry, state, age } = reading;
        if (!entry || !context.takesKept) {
          fetch(reading);
          return;
        }
        if (state === 'stale') {
          const detached = context.detached();
          answers.revalidate(
            key,
            () => new Promise((resolve) => this.#fetch(answers, key, reading, passage, detached, () => resolve())),
          );
        }
        this.#give(entry, age, passage, done);
      })
      .catch((error) => done({ errors: [this.#options.mask(error)] }));
  }

  /** Fetches an answer and keeps it, if nothing is wrong with it. */
  #fetch(
    answers: AnswerCache,
    key: string,
    { epoch }: AnswerReading,
    passage: Passage,
    context: RequestContext,
    done: (result: Result) => void,
  ): void {
    const { analysis } = passage;
    noteEpoch(context, epoch);
    this.#run(passage, context, (result, held) => {
      if (result.errors || !held || !('stringify' in result)) {
        done(result);
        return;
      }
      const { ids, nameless, absent } = held();
      const objects = new Map<string, ReadonlySet<string> | null>([
        ...ids,
        ...[...nameless, ...absent].map((type) => [type, null] as const),
      ]);
      const scope = analysis.private ? 'PRIVATE' : 'PUBLIC';
      const sealed = answers.seal(result.stringify(), { scope, maxAge: analysis.maxAge, tags: tagsForAnswer(objects) });
      answers.write(key, sealed, epoch).catch((error) => this.#options.mask(error));
      done(new CachedResult(sealed));
    });
  }

  #give(answer: CachedAnswer, age: number, passage: Passage, done: (result: Result) => void): void {
    this.#tell(passage, answer, age);
    done(new CachedResult(answer));
  }

  /** Says to caches on the way how long they may keep the answer. */
  #tell(passage: Passage, answer?: CachedAnswer, age?: number): void {
    const { analysis, context } = passage;
    const subgraphs = servicesOf(this.engine, passage);
    if (!subgraphs || analysis.maxAge <= 0) return;
    const { varying, onlySignedIn } = this.#options;
    const guarded = analysis.guards.size > 0 || analysis.typeGuards.size > 0;
    const own = onlySignedIn || analysis.private || guarded || varying.knowWho(subgraphs);
    const scope = own ? 'PRIVATE' : 'PUBLIC';
    const staleWhileRevalidate = this.#options.staleWhileRevalidate / 1000;
    context.freshness = {
      headers: {
        ...freshnessHeaders({ maxAge: analysis.maxAge, scope, age, staleWhileRevalidate }),
        vary: varying.vary(subgraphs, own),
      },
      etag: answer ? `W/${answer.etag}` : null,
    };
  }

  /** The name under which an answer is kept; null where it may not be. */
  #key(passage: Passage): string | null {
    const { operation, coerced, given, denials, analysis, context } = passage;
    const { identity, forwarded } = context;
    if (analysis.private && !identity) return null;
    const subgraphs = servicesOf(this.engine, passage);
    if (!subgraphs) return null;
    const { graph, view } = this.#options;
    return answerKey({
      graph,
      view,
      document: operation.hash(),
      operationName: operation.name ?? null,
      variables: operation.declaredOf(given),
      plan: operation.choice(coerced) + denials.key,
      identity: analysis.private ? (identity?.key ?? null) : null,
      headers: Object.fromEntries(subgraphs.map((subgraph) => [subgraph, forwarded?.keyFor(subgraph) ?? ''])),
    });
  }
}

function withCode({ message, nodes, source, positions, extensions }: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(message, { nodes, source, positions, extensions: { code, ...extensions } });
}

function refusal(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** Which services are asked; null for fallback execution. */
function servicesOf(engine: Engine, { operation, coerced, denials }: Passage): string[] | null {
  const plan = operation.planFor(coerced, denials);
  return 'declined' in plan ? null : [...new Set(plan.plan.fetches.map(({ subgraph }) => engine.serviceOf(subgraph)))];
}

/**
 * What a mutation has changed: what the directives of its fields say, and every object that it gives back. A field that is
 * denied has changed nothing. Where a subgraph gave no answer, nobody knows which of the objects it would have given back
 * have changed: all of their types may have.
 */
function changesOf(
  engine: Engine,
  { operation, analysis, coerced, denials }: Passage,
  result: Result,
  held: (() => ObjectsInAnswer) | null,
): Change[] {
  if (operation.operation.operation !== 'mutation') return [];
  const changes = new Map<string, Change>();
  const add = (change: Change) => changes.set(`${change.type}:${change.id}`, change);
  for (const { field, invalidation } of analysis.invalidations) {
    const type = engine.schema.getMutationType();
    const definition = type?.getFields()[field.name];
    const [node] = field.nodes;
    if (!type || !definition || !node || denials.field(`${type.name}.${field.name}`, [field.key])) continue;
    const id = invalidation.id && valueAt(getArgumentValues(definition, node, { ...coerced }), invalidation.id);
    const known = typeof id === 'string' || typeof id === 'number' || id instanceof NumberText;
    add(known ? { type: invalidation.type, id: String(id) } : { type: invalidation.type });
  }
  const { ids, nameless } = held?.() ?? { ids: new Map<string, Set<string>>(), nameless: new Set<string>() };
  const lost = result.errors?.some(isFailure);
  for (const [type, known] of ids) {
    if (lost && known.size === 0) add({ type });
    for (const id of known) add({ type, id });
  }
  // What has no id is part of something that has one, and is kept with that.
  for (const type of nameless) if (engine.idField(type) !== null) add({ type });
  return [...changes.values()];
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  );
}

/** A subgraph could not answer; a client's own mistakes are no reason to give it something old. */
function isFailure({ extensions: { code, subgraph } }: GraphQLError): boolean {
  if (code === 'RATE_LIMIT_EXCEEDED') return subgraph !== undefined;
  return typeof code === 'string' && /^SUBGRAPH_|^GATEWAY_TIMEOUT$|^INTERNAL_SERVER_ERROR$/.test(code);
}
