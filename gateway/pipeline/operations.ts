// Operations of requests, whichever way they came in: admission, execution, and the invalidation of what a mutation changes.
import { type ExecutionResult, GraphQLError, getArgumentValues, Kind } from 'graphql';
import type { Change } from '../cache/tags.ts';
import type { PreparedDocument } from '../engine/document-store.ts';
import type { Engine } from '../engine/engine.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import type { ResponseObjects } from '../execute/objects-in-response.ts';
import { toPlainJson } from '../json/json-values.ts';
import { NumberText } from '../json/number-text.ts';
import {
  type DocumentParameters,
  type DocumentSettings,
  type RequestedDocument,
  requestDocument,
} from '../persisted-documents/request-document.ts';
import type { AdmittedOperation, OperationChecks, RejectedOperation } from '../policy/operation-checks.ts';
import { coordinatesOf } from '../telemetry/usage/coordinates.ts';
import type { UsageCounter } from '../telemetry/usage/usage-counter.ts';
import { requestCancelled } from '../transport/cancellation.ts';
import { type PreparationQueue, retryHeaders } from './preparation-queue.ts';
import type { RequestContext } from './request-context.ts';
import type { Loaded, NestedGraph } from './request-loads.ts';
import {
  isFailure,
  type OperationExecution,
  ResponseCaching,
  type ResponseCachingOptions,
  type Result,
  type Variables,
} from './response-caching.ts';

export interface OperationsOptions extends ResponseCachingOptions {
  operationChecks: OperationChecks;
  /** Null where nobody wants to know who uses what. */
  usage: UsageCounter | null;
  /** Which documents are answered. */
  documents: DocumentSettings;
  /** Where new documents wait to be planned; null where none waits. */
  preparation: PreparationQueue | null;
  /** Makes what loads entities of the engine's graph. */
  createLoader(engine: Engine): Loader;
}

type Coerced = Exclude<ReturnType<PreparedOperation['coerce']>, { errors: unknown }>;

export type Loader = Pick<NestedGraph<RequestContext>, 'load'>;

type Requested = RequestedDocument | GraphQLError;

/** Own fields that ask the graph for themselves would never end. */
const MAX_NESTED_OPERATIONS = 8;

export class Operations {
  readonly #options: OperationsOptions;
  readonly #responses: ResponseCaching;
  /** Made with the first that is loaded. */
  #loader: Loader | undefined;

  constructor(options: OperationsOptions) {
    this.#options = options;
    this.#responses = new ResponseCaching(options);
  }

  get engine(): Engine {
    return this.#options.engine;
  }

  /** Which document a request means; errors say why it means none that is answered. */
  document(parameters: DocumentParameters): Requested | Promise<Requested> {
    return requestDocument(parameters, this.#options.documents);
  }

  /** The document, parsed and validated; at once if it is kept, or there is time for it. Errors say that there is too much. */
  prepare(text: string, context: RequestContext): PreparedDocument | Promise<PreparedDocument | GraphQLError> {
    const { documents } = this.engine;
    const known = documents.known(text);
    if (known) return known;
    let prepared: PreparedDocument | undefined;
    const { promise, resolve, reject } = Promise.withResolvers<PreparedDocument | GraphQLError>();
    this.#later(
      context,
      () => {
        prepared = documents.get(text);
        resolve(prepared);
      },
      (error) => {
        if (error instanceof GraphQLError) resolve(error);
        else reject(error);
      },
    );
    return prepared ?? promise;
  }

  /** Does work that only new documents cause. */
  #later(context: RequestContext, work: () => void, failed: (error: unknown) => void): void {
    const { preparation } = this.#options;
    if (!preparation) {
      work();
      return;
    }
    preparation.enter(context.cancellation, work, (error) => {
      context.headers.push(...retryHeaders(error));
      failed(error);
    });
  }

  /** As `#later`; resolves with the error where the work was not done. */
  #inTime(context: RequestContext, work: () => void): Promise<GraphQLError | null> {
    return new Promise((resolve) => {
      const done = () => {
        work();
        resolve(null);
      };
      this.#later(context, done, (error) => resolve(asGraphQLError(error, this.#options.mask)));
    });
  }

  /** Answers an operation that a request needs besides its own, for the same asker. */
  executeNested(query: string, variables: Variables, outer: RequestContext): Promise<ExecutionResult> {
    const document = this.engine.documents.get(query);
    if (document.errors) {
      const code = document.document ? 'GRAPHQL_VALIDATION_FAILED' : 'GRAPHQL_PARSE_FAILED';
      // Documents' own errors are kept with them, and are not to be changed.
      return Promise.resolve({ errors: document.errors.map((error) => withCode(error, code)) });
    }
    const operation = document.operation(null);
    if (!operation)
      return Promise.resolve({ errors: [rejection('Give one operation.', 'OPERATION_RESOLUTION_FAILURE')] });
    if (operation.operation.operation === 'subscription') {
      return Promise.resolve({
        errors: [rejection('Give a query or a mutation: this has one answer.', 'BAD_REQUEST')],
      });
    }
    const context = outer.forNested();
    if (context.nested > MAX_NESTED_OPERATIONS) {
      const message = `The graph is asked from within itself more than ${MAX_NESTED_OPERATIONS} times over.`;
      return Promise.resolve({ errors: [rejection(message, 'INTERNAL_SERVER_ERROR')] });
    }
    return new Promise((resolve) => {
      this.execute(operation, variables, context, ({ data, errors }) =>
        // Resolvers consume values: they get numbers and strings.
        resolve({ data: toPlainJson(data ?? null), ...(errors && { errors }) }),
      );
    });
  }

  /** Whether a document has one operation, and that is a query. */
  isQuery(query: string): boolean {
    return this.engine.documents.get(query).operation(null)?.operation.operation === 'query';
  }

  /** What is wrong with a document that is to be one valid operation with one root field; null if nothing is. */
  problemOf(query: string): string | null {
    const { document, errors } = this.engine.documents.get(query);
    if (!document || errors) return errors?.[0]?.message ?? 'it cannot be read';
    const [operation, ...more] = document.definitions;
    const isOne = operation?.kind === Kind.OPERATION_DEFINITION && operation.selectionSet.selections.length === 1;
    return isOne && more.length === 0 ? null : 'it is more than one selection';
  }

  /**
   * Loads entities by their ids, for the caller of a request; one result for each id, in order.
   * @throws Error for what cannot be loaded.
   */
  load(type: string, ids: readonly unknown[], selection: string, context: RequestContext): Promise<readonly Loaded[]> {
    this.#loader ??= this.#options.createLoader(this.engine);
    return this.#loader.load(type, ids, selection, context);
  }

  /** Answers a query or mutation. `done` is called once; what is refused comes as errors. */
  execute(
    operation: PreparedOperation,
    given: Variables,
    context: RequestContext,
    done: (result: Result) => void,
  ): void {
    const fail = (error: unknown) => done({ errors: [asGraphQLError(error, this.#options.mask)] });
    if (context.cancellation.cancelled) {
      fail(requestCancelled());
      return;
    }
    context.operations += 1;
    if (operation.operation.operation === 'mutation') context.isChanging = true;
    context.freshness = null;
    const coerced = operation.coerce(given);
    if ('errors' in coerced) {
      done({ errors: coerced.errors });
      return;
    }
    const { operationChecks } = this.#options;
    if (operationChecks.knows(operation, coerced.values)) {
      this.#admit(operation, coerced, context, done, fail);
      return;
    }
    this.#later(
      context,
      () => {
        operationChecks.learn(operation, coerced.values);
        this.#admit(operation, coerced, context, done, fail);
      },
      fail,
    );
  }

  #admit(
    operation: PreparedOperation,
    coerced: Coerced,
    context: RequestContext,
    done: (result: Result) => void,
    fail: (error: unknown) => void,
  ): void {
    this.#count(operation, context);
    const nulls = operation.nullFaults(coerced.values);
    const proceed = (checked: AdmittedOperation | RejectedOperation) => {
      if ('errors' in checked) {
        context.recordRejection(checked);
        done({ errors: checked.errors });
        return;
      }
      context.headers.push(...checked.headers);
      if (nulls?.whole) {
        done({ data: null, errors: [nulls.whole] });
        return;
      }
      const deniedFields = nulls ? checked.deniedFields.with(nulls.fields) : checked.deniedFields;
      const execution = { ...checked, deniedFields, operation, given: coerced.given, context, coerced: coerced.values };
      if (operation.hasPlan(coerced.values, deniedFields) && this.#isQuick(execution)) this.#proceed(execution, done);
      else this.#plan(execution, done, fail);
    };
    const checkResult = this.#options.operationChecks.check(operation, coerced.values, context);
    if (checkResult instanceof Promise) checkResult.then(proceed).catch(fail);
    else proceed(checkResult);
  }

  /** Subscribes to events; what is refused comes as errors. */
  async subscribe(
    operation: PreparedOperation,
    given: Variables,
    context: RequestContext,
  ): Promise<AsyncIterableIterator<Result> | ExecutionResult> {
    if (context.cancellation.cancelled) return { errors: [requestCancelled()] };
    const coerced = operation.coerce(given);
    if ('errors' in coerced) return { errors: coerced.errors };
    const { operationChecks } = this.#options;
    if (!operationChecks.knows(operation, coerced.values)) {
      const failed = await this.#inTime(context, () => operationChecks.learn(operation, coerced.values));
      if (failed) return { errors: [failed] };
    }
    this.#count(operation, context);
    const checked = await operationChecks.check(operation, coerced.values, context);
    if ('errors' in checked) {
      context.recordRejection(checked);
      return { errors: checked.errors };
    }
    const nulls = operation.nullFaults(coerced.values);
    if (nulls?.whole) return { errors: [nulls.whole] };
    const deniedFields = nulls ? checked.deniedFields.with(nulls.fields) : checked.deniedFields;
    if (!operation.hasPlan(coerced.values, deniedFields)) {
      const failed = await this.#inTime(context, () => operation.planFor(coerced.values, deniedFields));
      if (failed) return { errors: [failed] };
    }
    return this.engine.subscribe(operation, coerced.values, coerced.given, deniedFields, context, () =>
      context.forEvent(),
    );
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

  /** Introspection takes as long as planning, and longer, until its response is cached. */
  #isQuick({ analysis, operation, coerced, given, deniedFields }: OperationExecution): boolean {
    return !analysis.introspects || this.engine.isQuick(operation, coerced, given, deniedFields);
  }

  /** The response comes in a later turn: preparing a document and planning it together could take too long. */
  #plan(execution: OperationExecution, done: (result: Result) => void, fail: (error: unknown) => void): void {
    const { operation, coerced, deniedFields, context } = execution;
    this.#later(
      context,
      () => {
        operation.planFor(coerced, deniedFields);
        this.#proceed(execution, done);
      },
      fail,
    );
  }

  #proceed(execution: OperationExecution, done: (result: Result) => void): void {
    this.#responses.execute(execution, (result, held) => {
      const changes = changesOf(this.engine, execution, result, held);
      if (changes.length > 0) this.#options.cache.invalidate(changes).then(() => done(result));
      else done(result);
    });
  }
}

function asGraphQLError(error: unknown, mask: (error: unknown) => GraphQLError): GraphQLError {
  return error instanceof GraphQLError ? error : mask(error);
}

function withCode({ message, nodes, source, positions, extensions }: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(message, { nodes, source, positions, extensions: { code, ...extensions } });
}

function rejection(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/**
 * What a mutation has changed: what the directives of its fields say, and every object that it gives back. A field that is
 * denied has changed nothing. Where a subgraph gave no answer, nobody knows which of the objects it would have given back
 * have changed: all of their types may have.
 */
function changesOf(
  engine: Engine,
  { operation, analysis, coerced, deniedFields }: OperationExecution,
  result: Result,
  held: (() => ResponseObjects) | null,
): Change[] {
  if (operation.operation.operation !== 'mutation') return [];
  const changes = new Map<string, Change>();
  const add = (change: Change) => changes.set(`${change.type}:${change.id}`, change);
  for (const { field, invalidation } of analysis.invalidations) {
    const type = engine.schema.getMutationType();
    const definition = type?.getFields()[field.name];
    const [node] = field.nodes;
    if (!type || !definition || !node || deniedFields.field(`${type.name}.${field.name}`, [field.key])) continue;
    const id = invalidation.id && valueAt(getArgumentValues(definition, node, { ...coerced }), invalidation.id);
    const known = typeof id === 'string' || typeof id === 'number' || id instanceof NumberText;
    add(known ? { type: invalidation.type, id: String(id) } : { type: invalidation.type });
  }
  const { ids, typesWithoutId } = held?.() ?? {
    ids: new Map<string, Set<string>>(),
    typesWithoutId: new Set<string>(),
  };
  const lost = result.errors?.some((error) => isFailure(error) || isCancellation(error));
  for (const [type, known] of ids) {
    if (lost && known.size === 0) add({ type });
    for (const id of known) add({ type, id });
  }
  // What has no id is part of something that has one, and is kept with that.
  for (const type of typesWithoutId) if (engine.idField(type) !== null) add({ type });
  return [...changes.values()];
}

function isCancellation({ extensions }: GraphQLError): boolean {
  return extensions.code === 'REQUEST_CANCELLED';
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  );
}
