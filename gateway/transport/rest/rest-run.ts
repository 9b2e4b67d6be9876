// REST run: the calls that one root field of a request leads to, until all fields of its value are resolved. Equal calls
// are sent once.
import type { Variables as OperationVariables } from '../translate/input-values.ts';
import type { Connector, RestService } from './connector.ts';
import type { Deferred, EntityPlan, FieldPlan, ObjectRun } from './deferred-fields.ts';
import { type EntityRequest, foundIn, inLists, requestsOf } from './entity-calls.ts';
import type { Evaluate } from './mapping/compile.ts';
import { asMappingFailure, MappingFailure } from './mapping/values.ts';
import type { CallVariables, RestCall } from './rest-call.ts';

/** Sends a call, and calls `done` once, with what it has failed with, or with null. */
export type SendCall = (
  connector: Connector,
  variables: CallVariables,
  done: (error: Error | null, call: RestCall | null) => void,
) => void;

/** Those that the field or the entities give. */
export type GivenVariables = Partial<Pick<CallVariables, 'args' | 'this' | 'batch'>>;

/** A field without its value. */
export interface FieldFailure {
  /** The object that it is a field of; null for the root field itself. */
  object: object | null;
  /** Null for the object itself. */
  key: string | null;
  error: Error;
  call: RestCall | null;
}

export class RestRun implements ObjectRun {
  readonly variables: OperationVariables;
  readonly failures: FieldFailure[] = [];
  /** Objects of which no connector by key has found anything. */
  readonly absent = new Set<object>();
  /** Objects of which one has. */
  readonly #found = new Set<object>();
  readonly #service: RestService;
  readonly #send: SendCall;
  #pending: Deferred[] = [];
  /** Waiting for a call, by connector and variables. */
  readonly #calls = new Map<Connector, Map<string, SharedCall>>();

  constructor(service: RestService, variables: OperationVariables, send: SendCall) {
    this.#service = service;
    this.variables = variables;
    this.#send = send;
  }

  defer(deferred: Deferred): void {
    this.#pending.push(deferred);
  }

  /**
   * Calls a connector, and evaluates its value.
   * @param done called with the value; undefined where the call has failed, which `fail` gets.
   * @param isShared whether an equal call of this run may have been sent already.
   */
  call(
    connector: Connector,
    given: GivenVariables,
    evaluate: Evaluate,
    fail: (error: Error, call: RestCall | null) => void,
    done: (value: unknown) => void,
    isShared = true,
  ): void {
    const ended: Parameters<SendCall>[2] = (error, call) => {
      let value: unknown;
      if (error || !call) fail(error as Error, call);
      else {
        try {
          value = evaluate(call.value, call.value, call.variables);
        } catch (failure) {
          fail(asMappingFailure(failure), call);
        }
      }
      done(value);
    };
    const variables = this.variablesFor(given);
    if (isShared) this.#share(connector, variables, ended);
    else this.#send(connector, variables, ended);
  }

  variablesFor({ args, this: parent, batch }: GivenVariables): CallVariables {
    const { config } = this.#service;
    return { args, this: parent, batch, config, request: undefined, response: undefined, status: undefined, run: this };
  }

  /** Resolves what the objects so far have left. */
  drain(done: () => void): void {
    const pending = this.#pending;
    if (pending.length === 0) {
      done();
      return;
    }
    this.#pending = [];
    const late: Deferred[] = [];
    let left = 1;
    const end = () => {
      left -= 1;
      if (left > 0) return;
      for (const { fields, object } of pending)
        if (fields.entities.length > 0 && !this.#found.has(object)) this.absent.add(object);
      for (const deferred of late) if (!this.absent.has(deferred.object)) this.#pending.push(deferred);
      this.drain(done);
    };
    const entities = new Map<EntityPlan, Deferred[]>();
    for (const deferred of pending) {
      const { fields, object, values } = deferred;
      for (const plan of fields.entities) {
        const group = entities.get(plan);
        if (group) group.push(deferred);
        else entities.set(plan, [deferred]);
      }
      if (fields.later.length > 0)
        late.push({ fields: { entities: [], first: fields.later, later: [] }, object, values });
      left += fields.first.length;
      for (const plan of fields.first) this.#resolveField(plan, deferred, end);
    }
    for (const [plan, group] of entities) {
      const requests = requestsOf(plan, group);
      left += requests.length;
      for (const request of requests) this.#resolveEntities(plan, request, end);
    }
    end();
  }

  #resolveField(
    { key, condition, connector, readArguments, evaluate }: FieldPlan,
    deferred: Deferred,
    done: () => void,
  ) {
    const { object, values } = deferred;
    const known = Object.fromEntries(connector.needs.map((name) => [name, values[name] ?? null]));
    const isSelected = condition === null || condition(this.variables);
    // A reference that is null leads nowhere.
    if (!isSelected || Object.values(known).includes(null)) {
      if (!isSelected) delete object[key];
      done();
      return;
    }
    const variables = { this: known, args: readArguments(this.variables) };
    const fail = (error: Error, call: RestCall | null) => this.failures.push({ object, key, error, call });
    this.call(connector.connector, variables, evaluate, fail, (value) => {
      if (value !== undefined) object[key] = value;
      done();
    });
  }

  #resolveEntities(
    { connector, evaluate, responseKeys }: EntityPlan,
    { keys, entries }: EntityRequest,
    done: () => void,
  ): void {
    const { variable } = connector;
    const [first = {}] = keys;
    const variables = { [variable]: variable === 'batch' ? inLists(connector.keys, keys) : first };
    let hasFailed = false;
    const fail = (error: Error, call: RestCall | null) => {
      hasFailed = true;
      failEach([...entries.values()].flat(), error, call);
    };
    const failEach = (group: readonly Deferred[], error: Error, call: RestCall | null) => {
      for (const { object } of group) for (const key of responseKeys) this.failures.push({ object, key, error, call });
    };
    this.call(connector.connector, variables, evaluate, fail, (value) => {
      if (!hasFailed) this.#fill(variable === 'batch', value, entries, failEach);
      done();
    });
  }

  #fill(
    isBatch: boolean,
    value: unknown,
    entries: EntityRequest['entries'],
    fail: (group: readonly Deferred[], error: Error, call: null) => void,
  ): void {
    const all = () => [...entries.values()].flat();
    const [only = ''] = entries.keys();
    if (isBatch && value !== null && value !== undefined && !Array.isArray(value)) {
      fail(all(), new MappingFailure('a list of entities is needed'), null);
      return;
    }
    if (!isBatch && Array.isArray(value)) {
      fail(all(), new MappingFailure('one entity is needed, not a list'), null);
      return;
    }
    const { found, ambiguous } = foundIn(value, isBatch ? null : only);
    for (const [key, group] of entries) {
      const entity = found.get(key);
      if (!entity) continue;
      if (ambiguous.has(key)) {
        fail(group, new MappingFailure('different entities have the same key'), null);
        continue;
      }
      try {
        for (const { object, values } of group) entity.fill(object, values);
        for (const { object } of group) this.#found.add(object);
      } catch (error) {
        fail(group, asMappingFailure(error), null);
      }
    }
  }

  #share(connector: Connector, variables: CallVariables, done: Parameters<SendCall>[2]): void {
    let calls = this.#calls.get(connector);
    if (!calls) {
      calls = new Map();
      this.#calls.set(connector, calls);
    }
    const key = JSON.stringify([variables.args, variables.this, variables.batch]);
    const known = calls.get(key);
    if (known) {
      if (known.end) done(...known.end);
      else known.waiting.push(done);
      return;
    }
    const shared: SharedCall = { end: null, waiting: [done] };
    calls.set(key, shared);
    this.#send(connector, variables, (...end) => {
      shared.end = end;
      for (const waiting of shared.waiting.splice(0)) waiting(...end);
    });
  }
}

interface SharedCall {
  end: Parameters<Parameters<SendCall>[2]> | null;
  waiting: Parameters<SendCall>[2][];
}
