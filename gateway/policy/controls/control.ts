// Control: one thing that operators reject, throttle or sample, with the requests that it concerns and its record of
// uses in log and metrics.
import { hash } from 'node:crypto';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import { LruMap } from '../../cache/lru-map.ts';
import type { Identity } from '../../config/context.ts';
import type { ControlConfig, ControlTarget } from '../../config/controls.ts';
import { ownIssuers } from '../../config/identify.ts';
import type { PreparedOperation } from '../../engine/prepared-operation.ts';
import { requestError } from '../../errors.ts';
import { handleMaybePromise, type MaybePromise } from '../../maybe-promise.ts';
import { LimitedLog } from '../../telemetry/limited-log.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Counter } from '../../telemetry/metrics/series.ts';
import { createAddressLists } from '../address-lists.ts';
import { Rejection } from '../rejection.ts';
import { usesField } from './field-use.ts';
import type { Rates } from './shared-rates.ts';

/** The caller of an operation, as far as controls distinguish callers. */
export interface ControlledCaller {
  requestId: string;
  address: string;
  client: string | null;
  clientName: string | null;
  clientVersion: string | null;
  identity: Identity | null;
}

/** An operation before it is executed. */
export interface ControlledOperation {
  operation: PreparedOperation;
  /** Coerced variables. */
  values: Readonly<Record<string, unknown>>;
  /** The graph's schema. */
  schema: GraphQLSchema;
  caller: ControlledCaller;
  /** Names of the subgraphs in its plan; null before it is planned. */
  subgraphs: readonly string[] | null;
}

export interface ControlOptions {
  log: Logger;
  /** Counts its uses; null where nothing is measured. */
  counter: Counter | null;
  /** Rates of all workers or instances together; null where each has its own. */
  rates: Rates | null;
  /** Milliseconds, of any clock. */
  now(): number;
  /** A number from 0 to 1. */
  random(): number;
}

/** Choices of skip and include for which the use of a field is remembered. */
const MAX_CHOICES = 64;

const isDocumentId = /^[0-9a-f]{64}$/i;

export class Control {
  readonly config: ControlConfig;
  readonly #options: ControlOptions;
  readonly #target: ControlTarget;
  readonly #audit: LimitedLog;
  readonly #isAddress: ((address: string) => boolean) | null;
  readonly #uses = new WeakMap<PreparedOperation, LruMap<{ uses: boolean }>>();
  /** Operations that are let through at once. */
  #tokens = 1;
  #filled: number;

  constructor(config: ControlConfig, options: ControlOptions) {
    this.config = config;
    this.#options = options;
    this.#target = config.target ?? {};
    this.#audit = new LimitedLog(options.log, 'control applied', options.now);
    const { address } = this.#target;
    this.#isAddress = address === undefined ? null : createAddressLists({ allow: [address] });
    this.#tokens = config.action === 'throttle' ? Math.max(1, config.perSecond) : 0;
    this.#filled = options.now();
  }

  /** Whether it concerns plans, and not operations alone. */
  get isByPlan(): boolean {
    return this.#target.subgraph !== undefined;
  }

  /** Whether it ends subscriptions that are open. */
  get endsSubscriptions(): boolean {
    return this.config.action === 'reject' || this.config.action === 'maintenance';
  }

  /** Whether it concerns an operation. */
  matches(controlled: ControlledOperation): boolean {
    const { operation, caller, subgraphs } = controlled;
    const { operation: named, field, subgraph } = this.#target;
    if (this.config.action === 'read-only' && operation.operation.operation !== OperationTypeNode.MUTATION)
      return false;
    if (!this.#matchesCaller(caller)) return false;
    if (named !== undefined && operation.name !== named && !isDocument(operation, named)) return false;
    if (field !== undefined && !this.#usesField(controlled, field)) return false;
    return subgraph === undefined || subgraphs?.includes(subgraph) === true;
  }

  #matchesCaller({ client: known, clientName, clientVersion, identity, address }: ControlledCaller): boolean {
    const { client, version, caller, apiKey } = this.#target;
    if (client !== undefined && client !== known && client !== clientName) return false;
    if (version !== undefined && version !== clientVersion) return false;
    if (apiKey !== undefined && (identity?.issuer !== ownIssuers.apiKey || identity.subject !== apiKey)) return false;
    if (caller !== undefined && !(identity && hash('sha256', identity.key).startsWith(caller))) return false;
    return this.#isAddress === null || this.#isAddress(address);
  }

  #usesField({ operation, schema, values }: ControlledOperation, field: string): boolean {
    let choices = this.#uses.get(operation);
    if (!choices) {
      choices = new LruMap({ maxEntries: MAX_CHOICES });
      this.#uses.set(operation, choices);
    }
    const choice = operation.choice(values);
    let known = choices.get(choice);
    if (!known) {
      known = { uses: usesField(schema, operation, field, operation.conditions(values)) };
      choices.set(choice, known);
    }
    return known.uses;
  }

  /** The rejection of an operation that it concerns; null for one that is let through, which counts towards its rate. */
  decide(): MaybePromise<Rejection | null> {
    const { config } = this;
    if (config.action === 'sample') return this.#options.random() < config.share ? null : this.#rejection(1);
    if (config.action !== 'throttle') return this.#rejection(null);
    const { rates } = this.#options;
    const { perSecond } = config;
    const locally = () => this.#takeToken(perSecond);
    return handleMaybePromise(
      () => (rates ? rates.take(JSON.stringify(config), perSecond, Math.max(1, perSecond), locally) : locally()),
      (wait) => (wait === 0 ? null : this.#rejection(Math.max(1, Math.ceil(wait / 1000)))),
    );
  }

  /** @returns 0, or the milliseconds until there is one. */
  #takeToken(perSecond: number): number {
    const now = this.#options.now();
    const most = Math.max(1, perSecond);
    this.#tokens = Math.min(most, this.#tokens + ((now - this.#filled) / 1000) * perSecond);
    this.#filled = now;
    if (this.#tokens < 1) return ((1 - this.#tokens) / perSecond) * 1000;
    this.#tokens -= 1;
    return 0;
  }

  /** Records a use. */
  record({ operation, caller }: ControlledOperation): void {
    this.#options.counter?.add();
    this.#audit.write(() => ({
      control: this.config.id,
      action: this.config.action,
      reason: this.config.reason,
      owner: this.config.owner,
      requestId: caller.requestId,
      operation: operation.name,
      ...(caller.client !== null && { client: caller.client }),
    }));
  }

  /** What clients may see of it. */
  get message(): string {
    const { action, message } = this.config;
    return message ?? messages[action];
  }

  /** @param seconds to wait, where the control does not say. */
  #rejection(seconds: number | null): Rejection {
    const { message } = this;
    const retryAfter = this.config.retryAfter ?? seconds;
    const details = retryAfter === null ? {} : { retryAfter };
    const error = requestError('OPERATION_BLOCKED', { message, details, status: statuses[this.config.action] });
    const headers = retryAfter === null ? [] : [['retry-after', String(retryAfter)] as const];
    return new Rejection([error], { part: 'request', headers });
  }
}

const statuses = { reject: 403, throttle: 429, sample: 429, 'read-only': 503, maintenance: 503 } as const;

const messages = {
  reject: 'This operation is blocked for the time being.',
  throttle: 'This operation is limited for the time being. Try again later.',
  sample: 'This operation is limited for the time being. Try again later.',
  'read-only': 'Changes are not possible for the time being.',
  maintenance: 'The service is being maintained. Try again later.',
} as const;

function isDocument(operation: PreparedOperation, id: string): boolean {
  if (!isDocumentId.test(id)) return false;
  return Buffer.from(operation.hash(), 'base64url').equals(Buffer.from(id, 'hex'));
}
