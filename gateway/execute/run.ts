// Runs a compiled plan: each fetch starts the moment those it depends on are done; what fails stays local.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { GraphQLError } from 'graphql';
import type { EntityCache } from '../cache/entity-cache.ts';
import { ownValue } from '../json/json-values.ts';
import type { CacheDirectives } from '../transport/cache-directives.ts';
import { noteEpoch, type SubgraphAnswer, type SubgraphScope } from '../transport/subgraph-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';
import type { AnswerObject } from './answer-object.ts';
import { type ErrorRules, failedSubgraph, reportedBySubgraph } from './client-errors.ts';
import type { CompiledFetch, CompiledLookup, CompiledPlan } from './compiled-plan.ts';
import { isDataLost } from './complete.ts';
import { FieldError } from './field-error.ts';
import type { Found } from './found.ts';
import { keptNames, parseEntity, takeKept, toKeep } from './kept-entities.ts';
import { type CollectedKeys, sliceKeys, type WhyNull } from './keys.ts';
import type { ErrorNames } from './mapped-extensions.ts';
import type { DenialsByName, EntityKept, Fetch, KeyField } from './plan.ts';
import { isRepresentationError, notRepresentable } from './representation-errors.ts';
import {
  type ClientVariables,
  type KeyArguments,
  listArguments,
  MAX_REPEATS,
  repeatedVariable,
  type UpstreamDocument,
} from './request-body.ts';
import { Find, findIn, slotProperty } from './slot.ts';
import { splitKeys } from './split-keys.ts';
import { EntityTaker } from './take-entities.ts';
import { askLocal } from './target.ts';
import { UpstreamErrors } from './upstream-errors.ts';

export interface RunOptions {
  variables: ClientVariables;
  scope: SubgraphScope;
  errorRules: ErrorRules;
  /** An unexpected error as clients may see it; it is logged there. */
  mask(error: unknown): GraphQLError;
  /** Told what a subgraph's answer says of errors, before any of it is hidden from clients. */
  onSubgraphErrors(subgraph: string, errors: readonly unknown[], scope: SubgraphScope): void;
  denials: DenialsByName;
  /** Errors in the response; one more counts those beyond. */
  maxErrors: number;
  /** For a client with a view: what the names in errors' extensions are to it. Null for the graph's own names. */
  errorNames: ErrorNames | null;
  /** Entities that earlier requests found; null where none are kept. */
  entities: EntityCache | null;
  /** The event of a subscription: the response of the plan's first fetch, which is not sent then. */
  event?: SubgraphAnswer;
}

/** The keys of one look-up. */
interface AskedKeys {
  all: CollectedKeys;
  /** Those whose entities are not known from earlier requests. */
  wanted: CollectedKeys;
  /** Caches the entities of these keys of `wanted` for later requests, when they have been found. */
  keep: ((start: number, end: number, directives: CacheDirectives | undefined) => void) | null;
}

/** The keys of one lookup in one request. */
interface RequestedKeys {
  lookup: CompiledLookup;
  keys: CollectedKeys;
  /** Caches their entities. */
  keep: ((directives: CacheDirectives | undefined) => void) | null;
}

/** How a run ends; exactly one of them is called, once. */
export interface RunEnd {
  done(found: Found): void;
  /** Nobody waits for the response any more: it is not to be completed. */
  cancelled(found: Found): void;
  /** A defect in the plan or in here: nothing of the answer can be trusted. */
  crashed(error: unknown): void;
}

/** Runs all fetches of a plan. */
export function runPlan(compiled: CompiledPlan, options: RunOptions, end: RunEnd): void {
  new Run(compiled, options, end).start();
}

const noErrors: readonly FieldError[] = [];

const internalError = { code: 'INTERNAL_SERVER_ERROR' };

class Run implements Found {
  readonly root: AnswerObject = {};
  readonly errors = new UpstreamErrors();
  readonly denials: DenialsByName;
  readonly maxErrors: number;
  readonly errorNames: ErrorNames | null;
  readonly failures: (FieldError[] | undefined)[] = [];
  clean = true;
  notBegun: number | null = null;
  escapes: string | null = '';
  readonly #compiled: CompiledPlan;
  readonly #options: RunOptions;
  readonly #runEnd: RunEnd;
  readonly #objects: AnswerObject[][] = [];
  readonly #waitingFor: number[];
  /** Runs resolvers in the async context of the request; responses arrive in that of some other. Null where none come after one. */
  readonly #inContext: ((execute: () => void) => void) | null;
  #left: number;
  #over = false;

  constructor(compiled: CompiledPlan, options: RunOptions, end: RunEnd) {
    this.#compiled = compiled;
    this.#options = options;
    this.denials = options.denials;
    this.maxErrors = options.maxErrors;
    this.errorNames = options.errorNames;
    this.#runEnd = end;
    this.#left = compiled.fetches.length;
    this.#inContext = compiled.resolvesLater ? AsyncLocalStorage.snapshot() : null;
    this.#waitingFor = compiled.fetches.map(({ fetch }) => fetch.dependsOn.length);
  }

  start(): void {
    this.#guarded(() => {
      this.#end();
      for (const fetch of this.#compiled.fetches) if (fetch.fetch.dependsOn.length === 0) this.#launch(fetch);
    });
  }

  /**
   * Responses arrive in callbacks of the network: what is thrown there would end the process. What arrives for a client that
   * has left ends the run.
   */
  #guarded(step: () => void): void {
    if (this.#over) return;
    if (this.#options.scope.cancellation.cancelled) {
      this.#over = true;
      this.#runEnd.cancelled(this);
      return;
    }
    try {
      step();
    } catch (error) {
      this.#over = true;
      this.#runEnd.crashed(error);
    }
  }

  #launch(compiled: CompiledFetch): void {
    if (compiled.fetch.slot !== null) this.#askRoot(compiled, compiled.fetch.slot);
    else this.#askKeys(compiled);
  }

  #askRoot(compiled: CompiledFetch, slot: number): void {
    const find = new Find();
    this.root[slotProperty(slot)] = find;
    const settle = (answer: SubgraphAnswer | null) => {
      const data = this.#dataOf(compiled, answer);
      if (data) {
        find.entity = data;
        this.#collect(compiled, data, null);
      }
      this.#finish(compiled);
    };
    const { event } = this.#options;
    if (event) settle(event);
    else this.#ask(compiled, compiled.documents.whole, [], settle);
  }

  /** The entities of all lookups of a fetch, as far as they are not cached. */
  #askKeys(compiled: CompiledFetch): void {
    const collected = compiled.lookups.map((lookup) => this.#collectKeys(lookup));
    const reading = this.#options.entities && !compiled.fetch.repeat && this.#readKept(compiled, collected);
    if (!reading) {
      this.#askFor(
        compiled,
        collected.map((keys) => ({ all: keys, wanted: keys, keep: null })),
      );
      return;
    }
    reading.then(
      (asked) => this.#guarded(() => this.#askFor(compiled, asked)),
      (error) =>
        this.#guarded(() => {
          throw error;
        }),
    );
  }

  /** What is kept of these entities hangs on their finds; the others are still to be asked for. Null if nothing can be. */
  #readKept(compiled: CompiledFetch, collected: readonly CollectedKeys[]): Promise<AskedKeys[]> | null {
    const { entities, scope, variables } = this.#options;
    const { target, lookups } = compiled;
    // What is fetched after a mutation's change, or an event, must not be from before it.
    if (!entities || target.kind !== 'remote' || this.#compiled.plan.operation !== 'query') return null;
    const names = lookups.map(({ lookup }, index) =>
      keptNames(lookup, target.client.name, collected[index] as CollectedKeys, variables, scope),
    );
    const every = names.flatMap((each) => each ?? []);
    if (every.length === 0) return null;
    return entities.read(every).then(({ found, secondsLeft, epoch }) => {
      noteEpoch(scope, epoch);
      scope.cacheability?.limitAge(secondsLeft);
      let place = 0;
      return collected.map((all, index): AskedKeys => {
        const own = names[index];
        if (!own) return { all, wanted: all, keep: null };
        const known = found.slice(place, place + own.length).map(parseEntity);
        place += own.length;
        const wanted = takeKept(all, known);
        if (wanted.keys.length < all.keys.length) this.escapes = null;
        const left = own.filter((_, at) => known[at] === undefined);
        const { kept } = (compiled.lookups[index] as CompiledLookup).lookup;
        return {
          all,
          wanted,
          keep: (start, end, directives) => {
            const taken = sliceKeys(wanted, start, end);
            const found = toKeep(taken, left.slice(start, end), kept as EntityKept, directives);
            if (found.length === 0 && directives) entities.noteRestriction(target.client.name, directives.text);
            entities.write(found, epoch);
          },
        };
      });
    });
  }

  /** Requests what is wanted, in as many requests as it needs; each has its own keys, and its failure is theirs alone. */
  #askFor(compiled: CompiledFetch, asked: readonly AskedKeys[]): void {
    const { repeat } = compiled.fetch;
    const counts = asked.map(({ wanted }) => wanted.keys.length);
    const requests = splitKeys(counts, repeat ? Math.min(MAX_REPEATS, compiled.maxKeys) : compiled.maxKeys);
    let left = requests.length;
    const finish = () => {
      this.#collectAll(compiled, asked);
      this.#finish(compiled);
    };
    if (left === 0) finish();
    for (const ranges of requests) {
      const parts = ranges.map(({ lookup, start, end }): RequestedKeys => {
        const { wanted, keep } = asked[lookup] as AskedKeys;
        const keys = sliceKeys(wanted, start, end);
        return {
          lookup: compiled.lookups[lookup] as CompiledLookup,
          keys,
          keep: keep && ((directives) => keep(start, end, directives)),
        };
      });
      const settle = (answer: SubgraphAnswer | null) => {
        const data = this.#dataOf(compiled, answer);
        for (const { lookup, keys } of parts) {
          if (data) this.#takeEntities(compiled, lookup, keys, data);
          else for (const find of keys.finds) find.errors = this.failures[compiled.fetch.id];
        }
        if (data && !answer?.errors) for (const { keep } of parts) keep?.(answer?.directives);
        left -= 1;
        if (left === 0) finish();
      };
      const { documents } = compiled;
      const [{ keys }] = parts as [RequestedKeys];
      if (repeat) this.#ask(compiled, documents.repeated(repeat, keys.keys.length), repeatedArguments(parts), settle);
      else this.#ask(compiled, documents.of(ranges.map(({ lookup }) => lookup)), keyArguments(parts), settle);
    }
  }

  #collectAll(compiled: CompiledFetch, asked: readonly AskedKeys[]): void {
    if (compiled.positions.length === 0) return;
    asked.forEach(({ all }, index) => {
      this.#collect(compiled, entitiesOf(all), (compiled.lookups[index] as CompiledLookup).lookup.id);
    });
  }

  #collectKeys(lookup: CompiledLookup): CollectedKeys {
    const keys = lookup.collectKeys(this.#objects, this.errors.some ? this.#whyNull : null);
    for (const { missing, find } of keys.keyless) {
      find.entity = null;
      find.isKeyless = true;
      find.errors = (missing.reasons ?? this.#whyMissing(missing.object, missing.field))?.map(withoutPath);
      if (find.errors) this.clean = false;
    }
    if (keys.unusable.length > 0) this.#reportUnusable(keys.unusable, lookup.lookup.type);
    return keys;
  }

  /** A key that is no value of its type is an error of the service that it came from, where its object would stand. */
  #reportUnusable(unusable: CollectedKeys['unusable'], type: string): void {
    const { plan, lookups } = this.#compiled;
    const errors = new Map<string, FieldError>();
    this.clean = false;
    for (const { field, position, find } of unusable) {
      const source = field.slot === null ? plan.positions[position] : lookups.get(field.slot)?.lookup;
      const { subgraph } = plan.fetches[source?.fetch ?? 0] as Fetch;
      let error = errors.get(subgraph);
      if (!error) {
        const detail = `a key of ${type} cannot be sent to other services: the value of ${field.name} is not of its type`;
        this.#options.onSubgraphErrors(subgraph, [{ message: detail }], this.#options.scope);
        error = failedSubgraph(new SubgraphError(subgraph, 'SUBGRAPH_BAD_RESPONSE', detail));
        errors.set(subgraph, error);
      }
      find.errors = [error];
    }
  }

  #takeEntities(compiled: CompiledFetch, lookup: CompiledLookup, keys: CollectedKeys, data: AnswerObject): void {
    const report = (detail: string) => {
      this.clean = false;
      this.#options.onSubgraphErrors(compiled.fetch.subgraph, [{ message: detail }], this.#options.scope);
      return this.#badResponse(compiled, detail);
    };
    const taker = new EntityTaker(this.errors, lookup, report);
    if (!compiled.fetch.repeat) taker.takeList(keys, data);
    else for (const [index, find] of keys.finds.entries()) taker.take(find, data, `_${index}`);
  }

  #collect(compiled: CompiledFetch, start: unknown, lookup: number | null): void {
    for (const position of compiled.positions) {
      if (position.lookup === lookup)
        this.#objects[position.id] = position.collect(Array.isArray(start) ? start : [start]);
    }
  }

  #ask(
    compiled: CompiledFetch,
    document: UpstreamDocument,
    keys: KeyArguments,
    settle: (answer: SubgraphAnswer | null) => void,
  ): void {
    const { target } = compiled;
    const { variables, scope } = this.#options;
    const settled = (error: unknown, answer: SubgraphAnswer | null) =>
      this.#guarded(() => {
        if (error) this.#fail(compiled, [error instanceof SubgraphError ? failedSubgraph(error) : this.#masked(error)]);
        settle(error ? null : answer);
      });
    if (target.kind === 'local') {
      const execute = () => askLocal(target, document.parsed, document.values(variables, keys), scope, settled);
      if (this.#inContext) this.#inContext(execute);
      else execute();
      return;
    }
    const client = this.#compiled.plan.operation === 'query' ? target.queries : target.client;
    client.ask(document.body(variables, keys), scope, settled, compiled.hasCustomScalars);
  }

  /** The data of an answer, its errors put where they belong; null if there is none. */
  #dataOf(compiled: CompiledFetch, answer: SubgraphAnswer | null): AnswerObject | null {
    if (!answer) return null;
    this.escapes = bothEscapes(this.escapes, answer.escapes ?? null);
    const errors = answer.errors ? this.#errorsOf(compiled, answer.errors) : noErrors;
    if (!answer.data) {
      this.#fail(compiled, errors.length > 0 ? distinct(errors) : [this.#badResponse(compiled, 'no data')]);
      return null;
    }
    const data = answer.isShared ? compiled.ownCopy(answer.data) : answer.data;
    if (errors.length > 0) {
      this.clean = false;
      for (const error of errors) this.errors.locate(error, data);
    }
    return data;
  }

  #errorsOf({ target, fetch: { subgraph } }: CompiledFetch, errors: readonly unknown[]): FieldError[] {
    const { errorRules, onSubgraphErrors, scope, maxErrors } = this.#options;
    if (target.kind === 'remote') {
      onSubgraphErrors(subgraph, errors, scope);
      const rules = errorRules(subgraph);
      return errors.map((error) => reportedBySubgraph(error, subgraph, rules));
    }
    const unrepresentable = errors.filter(isRepresentationError);
    if (unrepresentable.length > 0) onSubgraphErrors(subgraph, unrepresentable, scope);
    return errors.map((error, index) => {
      if (isRepresentationError(error)) return notRepresentable(error.path, subgraph);
      // What is beyond those that a response shows needs no line in the log each.
      return index < maxErrors ? this.#masked(error) : new FieldError('Unexpected error.', internalError);
    });
  }

  #masked(error: unknown): FieldError {
    const { message, extensions, path } = this.#options.mask(error);
    return new FieldError(message, extensions, path);
  }

  #fail(compiled: CompiledFetch, errors: readonly FieldError[]): void {
    this.clean = false;
    const kept = errors.slice(0, this.maxErrors);
    this.errors.omit(errors.length - kept.length);
    for (const error of kept) this.errors.add(error);
    // Below a root field, an error's path tells which field it is; below an entity fetch, nothing that the response knows.
    this.failures[compiled.fetch.id] = compiled.fetch.slot === null ? kept.map(withoutPath) : kept;
  }

  /** Why a property of an object is not known: the errors of where it should have come from. */
  #whyMissing(object: AnswerObject, { slot, property }: KeyField): readonly FieldError[] | undefined {
    if (slot === null) return this.errors.at(object, property);
    const find = findIn(object, slot);
    if (find?.entity) return this.errors.at(find.entity, property);
    if (find?.entity === null) return find.errors;
    const lookup = this.#compiled.lookups.get(slot);
    return find?.errors ?? (lookup ? this.failures[lookup.lookup.fetch] : undefined);
  }

  readonly #whyNull: WhyNull = (object, field, value) =>
    value === null ? this.#whyMissing(object, field) : this.errors.below(value);

  #badResponse(compiled: CompiledFetch, detail: string): FieldError {
    return failedSubgraph(new SubgraphError(compiled.fetch.subgraph, 'SUBGRAPH_BAD_RESPONSE', detail));
  }

  #finish(compiled: CompiledFetch): void {
    for (const position of compiled.positions) this.#objects[position.id] ??= [];
    this.#left -= 1;
    for (const id of compiled.dependents) {
      const waiting = (this.#waitingFor[id] as number) - 1;
      this.#waitingFor[id] = waiting;
      if (waiting > 0) continue;
      const next = this.#compiled.fetches[id] as CompiledFetch;
      if (this.#isVain(next)) return;
      this.#launch(next);
    }
    this.#end();
  }

  /** Whether a mutation comes after one whose failure has made all data null. It is not begun then, and the run ends. */
  #isVain({ fetch: { slot, operation } }: CompiledFetch): boolean {
    if (slot === null || operation !== 'mutation' || !isDataLost(this.#compiled, this, slot)) return false;
    this.clean = false;
    this.notBegun = slot;
    this.#left = 0;
    this.#end();
    return true;
  }

  /** What is asked in process may be done before the fetch that started it returns: the end comes only once. */
  #end(): void {
    if (this.#left > 0 || this.#over) return;
    this.#over = true;
    this.#runEnd.done(this);
  }
}

function keyArguments(parts: readonly RequestedKeys[]): KeyArguments {
  return parts.flatMap(({ lookup: { lookup, entryPoint }, keys }) =>
    listArguments(lookup, entryPoint.argsFromKeys?.(keys.keys) ?? {}),
  );
}

function repeatedArguments(parts: readonly RequestedKeys[]): KeyArguments {
  return parts.flatMap(({ lookup: { lookup, entryPoint }, keys }) =>
    keys.originals.flatMap((original, index) => {
      const values = entryPoint.args?.(original) ?? {};
      return lookup.arguments.map(({ name, variable }) => ({
        variable: repeatedVariable(variable, index),
        value: ownValue(values, name),
      }));
    }),
  );
}

function withoutPath(error: FieldError): FieldError {
  return error.at(undefined);
}

function bothEscapes(some: string | null, more: string | null): string | null {
  if (some === null || more === null) return null;
  let both = some;
  for (const character of more) if (!both.includes(character)) both += character;
  return both;
}

function entitiesOf({ finds }: CollectedKeys): unknown[] {
  return finds.map((find) => find.entity);
}

/** A failed request is reported once at each place that misses its response, not once for each entity fetch in it. */
function distinct(errors: readonly FieldError[]): FieldError[] {
  const known = new Map(
    errors.map((error) => [JSON.stringify([error.message, error.path ?? null, error.extensions]), error]),
  );
  return [...known.values()];
}
