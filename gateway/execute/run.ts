// Runs a compiled plan: each fetch starts the moment those it depends on are done; what fails stays local.
import type { GraphQLError } from 'graphql';
import type { EntityCache } from '../cache/entity-cache.ts';
import { noteEpoch, type SubgraphAnswer, type SubgraphScope } from '../transport/subgraph-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';
import type { AnswerObject } from './answer-object.ts';
import { type ErrorRules, failedSubgraph, reportedBySubgraph } from './client-errors.ts';
import type { CompiledFetch, CompiledLookup, CompiledPlan } from './compiled-plan.ts';
import { FieldError } from './field-error.ts';
import { keptNames, takeKept, toKeep } from './kept-entities.ts';
import type { CollectedKeys } from './keys.ts';
import type { ErrorNames } from './mapped-extensions.ts';
import type { RowMatcher } from './match-rows.ts';
import type { DenialsByName, EntityKept, KeyField } from './plan.ts';
import { isRepresentationError, notRepresentable } from './representation-errors.ts';
import {
  type ClientVariables,
  type KeyArguments,
  listArguments,
  mostRepeats,
  repeatedDocument,
  repeatedVariable,
  variableValues,
} from './request-body.ts';
import { Find, findIn, slotProperty } from './slot.ts';
import { askLocal, parsedDocument } from './target.ts';
import { UpstreamErrors } from './upstream-errors.ts';

/** What a run has found when all its fetches are done; what is not in it is why. */
export interface Found {
  /** The root object, with the answers of the root fetches in its slots. */
  root: AnswerObject;
  errors: UpstreamErrors;
  denials: DenialsByName;
  /** Why a fetch gave nothing, by its id. */
  failures: (FieldError[] | undefined)[];
  /** True when nothing went wrong: the answer can be written without looking for reasons. */
  clean: boolean;
  /** Errors in the response; one more counts those beyond. */
  maxErrors: number;
  /** For a client with a view: what the names in errors' extensions are to it. Null for the graph's own names. */
  errorNames: ErrorNames | null;
  /** Characters that strings in the answers must be searched for before they are written; null for all there are. */
  escapes: string | null;
}

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
  /** Keeps the entities of `wanted` for later requests, when they have been found. */
  keep: (() => void) | null;
}

/** How a run ends; exactly one of the two is called, once. */
export interface RunEnd {
  done(found: Found): void;
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
  escapes: string | null = '';
  readonly #compiled: CompiledPlan;
  readonly #options: RunOptions;
  readonly #runEnd: RunEnd;
  readonly #objects: AnswerObject[][] = [];
  readonly #waitingFor: number[];
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
    this.#waitingFor = compiled.fetches.map(({ fetch }) => fetch.dependsOn.length);
  }

  start(): void {
    this.#guarded(() => {
      this.#end();
      for (const fetch of this.#compiled.fetches) if (fetch.fetch.dependsOn.length === 0) this.#launch(fetch);
    });
  }

  /** Answers arrive in callbacks of the network: what is thrown there would end the process. */
  #guarded(step: () => void): void {
    if (this.#over) return;
    try {
      step();
    } catch (error) {
      this.#over = true;
      this.#runEnd.crashed(error);
    }
  }

  #launch(compiled: CompiledFetch): void {
    if (compiled.fetch.slot !== null) this.#askRoot(compiled, compiled.fetch.slot);
    else if (compiled.repeatedBody) this.#askRepeatedly(compiled, compiled.repeatedBody);
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
    else this.#ask(compiled, [], settle);
  }

  /** One request for all the look-ups of a fetch, for what is not known from earlier requests. */
  #askKeys(compiled: CompiledFetch): void {
    const collected = compiled.lookups.map((lookup) => this.#collectKeys(lookup));
    const reading = this.#options.entities && this.#readKept(compiled, collected);
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
    return entities.read(every).then(({ found, epoch }) => {
      noteEpoch(scope, epoch);
      let place = 0;
      return collected.map((all, index): AskedKeys => {
        const own = names[index];
        if (!own) return { all, wanted: all, keep: null };
        const texts = found.slice(place, place + own.length);
        place += own.length;
        const wanted = takeKept(all, texts);
        if (wanted.keys.length < all.keys.length) this.escapes = null;
        const left = own.filter((_, at) => texts[at] === undefined);
        const { kept } = (compiled.lookups[index] as CompiledLookup).lookup;
        return { all, wanted, keep: () => entities.write(toKeep(wanted, left, kept as EntityKept), epoch) };
      });
    });
  }

  #askFor(compiled: CompiledFetch, asked: readonly AskedKeys[]): void {
    const args: { variable: string; value: unknown }[] = [];
    let wanted = 0;
    asked.forEach(({ wanted: keys }, index) => {
      const { lookup, entryPoint } = compiled.lookups[index] as CompiledLookup;
      wanted += keys.keys.length;
      args.push(...listArguments(lookup, entryPoint.argsFromKeys?.(keys.keys) ?? {}));
    });
    if (wanted === 0) {
      this.#collectAll(compiled, asked);
      this.#finish(compiled);
      return;
    }
    this.#ask(compiled, args, (answer) => {
      const data = this.#dataOf(compiled, answer);
      if (data) {
        asked.forEach(({ wanted: keys }, index) => {
          this.#takeList(compiled, compiled.lookups[index] as CompiledLookup, keys, data);
        });
        if (!answer?.errors) for (const { keep } of asked) keep?.();
      }
      this.#collectAll(compiled, asked);
      this.#finish(compiled);
    });
  }

  #collectAll(compiled: CompiledFetch, asked: readonly AskedKeys[]): void {
    if (compiled.positions.length === 0) return;
    asked.forEach(({ all }, index) => {
      this.#collect(compiled, entitiesOf(all), (compiled.lookups[index] as CompiledLookup).lookup.id);
    });
  }

  /** A subgraph that finds one object at a time is asked for many under aliases, some at a time. */
  #askRepeatedly(compiled: CompiledFetch, bodyFor: NonNullable<CompiledFetch['repeatedBody']>): void {
    const [lookup] = compiled.lookups as [CompiledLookup];
    const keys = this.#collectKeys(lookup);
    const starts: number[] = [];
    for (let start = 0; start < keys.keys.length; start += mostRepeats) starts.push(start);
    let left = starts.length;
    if (left === 0) {
      this.#finish(compiled);
      return;
    }
    for (const start of starts) {
      const originals = keys.originals.slice(start, start + mostRepeats);
      const args = originals.flatMap((original, index) => {
        const values = lookup.entryPoint.args?.(original) ?? {};
        return lookup.lookup.arguments.map(({ name, variable }) => ({
          variable: repeatedVariable(variable, index),
          value: values[name],
        }));
      });
      const settle = (answer: SubgraphAnswer | null) => {
        const data = this.#dataOf(compiled, answer);
        for (let index = 0; data && index < originals.length; index++) {
          this.#take(compiled, keys.finds[start + index] as Find, data, `_${index}`);
        }
        left -= 1;
        if (left > 0) return;
        this.#collect(compiled, entitiesOf(keys), lookup.lookup.id);
        this.#finish(compiled);
      };
      this.#ask(compiled, args, settle, { count: originals.length, body: bodyFor(originals.length) });
    }
  }

  #collectKeys(lookup: CompiledLookup): CollectedKeys {
    const keys = lookup.collectKeys(this.#objects);
    for (const { missing, find } of keys.keyless) {
      find.entity = null;
      find.isKeyless = true;
      find.errors = this.#whyMissing(missing.object, missing.field)?.map(withoutPath);
      if (find.errors) this.clean = false;
    }
    return keys;
  }

  #takeList(compiled: CompiledFetch, lookup: CompiledLookup, keys: CollectedKeys, data: AnswerObject): void {
    if (keys.keys.length === 0) return;
    const { alias } = lookup.lookup;
    const results = data[alias];
    const { valuesFromResults } = lookup.entryPoint;
    const entities = valuesFromResults && results ? valuesFromResults(results, keys.keys) : results;
    const { rowMatcher } = lookup;
    const isList = Array.isArray(entities);
    if (isList && rowMatcher && !rowMatcher.isInOrder(entities, keys.originals)) {
      this.#takeRows(compiled, lookup, keys, entities, rowMatcher);
      return;
    }
    if (!isList || entities.length !== keys.keys.length) {
      const why = this.errors.at(data, alias) ?? [
        this.#badList(compiled, lookup, `${isList ? entities.length : 'no'} objects for ${keys.keys.length} keys`),
      ];
      this.clean = false;
      keys.finds.forEach((find, index) => {
        find.errors = why.map((error) => error.at(error.path?.[0] === index ? error.path.slice(1) : undefined));
      });
      return;
    }
    for (let index = 0; index < entities.length; index++)
      this.#take(compiled, keys.finds[index] as Find, entities, index);
  }

  /**
   * Takes entities from a list in another order, or with some left out. An entity without a row is null only if every row is
   * another's: a row that is nobody's may be its own under another form of its key.
   */
  #takeRows(
    compiled: CompiledFetch,
    lookup: CompiledLookup,
    keys: CollectedKeys,
    rows: readonly unknown[],
    matcher: RowMatcher,
  ): void {
    const { rowOf, nullRows, problem } = matcher.match(rows, keys.originals);
    const reported = this.errors.some ? nullRows.flatMap((index) => this.errors.at(rows, index) ?? []) : [];
    const wrong =
      problem && this.#badList(compiled, lookup, `${problem} (${rows.length} objects for ${rowOf.length} keys)`);
    if (wrong) this.clean = false;
    rowOf.forEach((row, index) => {
      const find = keys.finds[index] as Find;
      if (row >= 0) this.#take(compiled, find, rows, row);
      else if (reported.length > 0) find.errors = reported;
      else if (wrong) find.errors = [wrong];
      else find.entity = null;
    });
  }

  /** Takes an entity from where it is in a response. */
  #take(compiled: CompiledFetch, find: Find, container: object, key: string | number): void {
    const entity = (container as Record<string | number, unknown>)[key] ?? null;
    if (this.errors.some) find.errors = this.errors.at(container, key);
    if (typeof entity === 'object' && !Array.isArray(entity)) {
      find.entity = entity as AnswerObject | null;
      return;
    }
    find.entity = null;
    this.clean = false;
    find.errors ??= [this.#badResponse(compiled, 'an entity that is no object')];
  }

  #collect(compiled: CompiledFetch, start: unknown, lookup: number | null): void {
    for (const position of compiled.positions) {
      if (position.lookup === lookup)
        this.#objects[position.id] = position.collect(Array.isArray(start) ? start : [start]);
    }
  }

  #ask(
    compiled: CompiledFetch,
    keys: KeyArguments,
    settle: (answer: SubgraphAnswer | null) => void,
    repeated?: { count: number; body: CompiledFetch['body'] },
  ): void {
    const { fetch, target, document, body } = compiled;
    const { variables, scope } = this.#options;
    const settled = (error: unknown, answer: SubgraphAnswer | null) => {
      if (error) this.#fail(compiled, [error instanceof SubgraphError ? failedSubgraph(error) : this.#masked(error)]);
      this.#guarded(() => settle(error ? null : answer));
    };
    if (target.kind === 'remote') {
      const client = this.#compiled.plan.operation === 'query' ? target.queries : target.client;
      client.ask((repeated?.body ?? body)(variables, keys), scope, settled);
      return;
    }
    const parsed =
      document ??
      parsedDocument(repeatedDocument(fetch, fetch.repeat as NonNullable<typeof fetch.repeat>, repeated?.count ?? 0));
    askLocal(target, parsed, variableValues(fetch, variables, keys), scope, settled);
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
    if (errors.length > 0) {
      this.clean = false;
      for (const error of errors) this.errors.locate(error, answer.data);
    }
    return answer.data;
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

  /** A list that does not fit its keys; the log has the detail. */
  #badList(compiled: CompiledFetch, lookup: CompiledLookup, detail: string): FieldError {
    const { type, alias } = lookup.lookup;
    const message = `entity fetch of ${type}, response key ${alias}: ${detail}`;
    this.#options.onSubgraphErrors(compiled.fetch.subgraph, [{ message }], this.#options.scope);
    return this.#badResponse(compiled, message);
  }

  #badResponse(compiled: CompiledFetch, detail: string): FieldError {
    return failedSubgraph(new SubgraphError(compiled.fetch.subgraph, 'SUBGRAPH_BAD_RESPONSE', detail));
  }

  #finish(compiled: CompiledFetch): void {
    for (const position of compiled.positions) this.#objects[position.id] ??= [];
    this.#left -= 1;
    for (const id of compiled.dependents) {
      const waiting = (this.#waitingFor[id] as number) - 1;
      this.#waitingFor[id] = waiting;
      if (waiting === 0) this.#launch(this.#compiled.fetches[id] as CompiledFetch);
    }
    this.#end();
  }

  /** What is asked in process may be done before the fetch that started it returns: the end comes only once. */
  #end(): void {
    if (this.#left > 0 || this.#over) return;
    this.#over = true;
    this.#runEnd.done(this);
  }
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
