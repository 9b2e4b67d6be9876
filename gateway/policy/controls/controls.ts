// Controls in force: from the file and from operators, until they expire. One check of an operation before its other
// checks, one of its plan; open subscriptions end as soon as they are rejected.
import type { GraphQLError } from 'graphql';
import type { ControlConfig } from '../../config/controls.ts';
import { operationError } from '../../errors.ts';
import { handleMaybePromise, type MaybePromise } from '../../maybe-promise.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Family } from '../../telemetry/metrics/family.ts';
import type { Counter } from '../../telemetry/metrics/series.ts';
import type { Rejection } from '../rejection.ts';
import { Control, type ControlledOperation } from './control.ts';
import type { Rates } from './shared-rates.ts';

/** Where controls come from: the file of the configuration, or a request to the admin listener. */
export type ControlSource = 'file' | 'admin';

export interface ControlsOptions {
  log: Logger;
  /** Uses by control and action; null where nothing is measured. */
  applied?: Family<Counter> | null;
  /** Rates of all workers or instances together; without it, each has its own. */
  rates?: Rates | null;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Milliseconds, of any clock that never goes back. */
  monotonic?: () => number;
  random?: () => number;
}

interface OpenSubscription {
  controlled: ControlledOperation;
  end(error: GraphQLError): void;
}

/** Those that reject come first: what they stop does not count towards a rate. */
const order = { maintenance: 0, reject: 1, 'read-only': 2, sample: 3, throttle: 4 } as const;

/** Longest delay of a timer, in milliseconds: Node has no longer ones than 24 days. */
const MAX_DELAY_MS = 3_600_000;

export class Controls {
  readonly #options: ControlsOptions;
  readonly #now: () => number;
  readonly #sources = new Map<ControlSource, readonly ControlConfig[]>();
  readonly #open = new Set<OpenSubscription>();
  #expiry: NodeJS.Timeout | undefined;
  #inForce: readonly Control[] = [];
  #byOperation: readonly Control[] | null = null;
  #byPlan: readonly Control[] | null = null;

  constructor(options: ControlsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Those of one source; expired ones are not among them. */
  of(source: ControlSource): readonly ControlConfig[] {
    return (this.#sources.get(source) ?? []).filter((config) => this.#isValid(config));
  }

  /** Replaces the controls of one source. */
  replace(source: ControlSource, configs: readonly ControlConfig[]): void {
    this.#sources.set(source, configs);
    this.#update();
  }

  /** The rejection of an operation, before its plan is known; null for one that no control stops. */
  checkOperation(controlled: ControlledOperation): MaybePromise<Rejection | null> {
    return this.#byOperation && check(this.#byOperation, controlled);
  }

  /** As `checkOperation`, for the controls of subgraphs. @param planned called only where there are any. */
  checkPlan(planned: () => ControlledOperation): MaybePromise<Rejection | null> {
    return this.#byPlan && check(this.#byPlan, planned());
  }

  get hasAny(): boolean {
    return this.#inForce.length > 0;
  }

  /**
   * Calls `end` once, as soon as a control rejects the subscription.
   * @returns to be called when the subscription has ended by itself.
   */
  watch(controlled: ControlledOperation, end: (error: GraphQLError) => void): () => void {
    const subscription = { controlled, end };
    this.#open.add(subscription);
    this.#endIfRejected(subscription);
    return () => this.#open.delete(subscription);
  }

  close(): void {
    clearTimeout(this.#expiry);
    this.#open.clear();
  }

  #isValid({ expires }: ControlConfig): boolean {
    return Date.parse(expires) > this.#now();
  }

  #update(): void {
    const known = new Map(this.#inForce.map((control) => [JSON.stringify(control.config), control]));
    const configs = [...this.of('file'), ...this.of('admin')];
    // A control that stays has its tokens and its count of log lines.
    const controls = configs.map((config) => known.get(JSON.stringify(config)) ?? this.#create(config));
    controls.sort((one, other) => order[one.config.action] - order[other.config.action]);
    this.#inForce = controls;
    this.#byOperation = orNull(controls.filter(({ isByPlan }) => !isByPlan));
    this.#byPlan = orNull(controls.filter(({ isByPlan }) => isByPlan));
    for (const subscription of [...this.#open]) this.#endIfRejected(subscription);
    clearTimeout(this.#expiry);
    if (configs.length === 0) return;
    const next = Math.min(...configs.map(({ expires }) => Date.parse(expires))) - this.#now();
    this.#expiry = setTimeout(() => this.#update(), Math.min(next, MAX_DELAY_MS)).unref();
  }

  #create(config: ControlConfig): Control {
    const { log, applied, rates = null, monotonic = () => performance.now(), random = Math.random } = this.#options;
    const counter = applied?.with(config.id, config.action) ?? null;
    return new Control(config, { log, counter, rates, now: monotonic, random });
  }

  #endIfRejected(subscription: OpenSubscription): void {
    const { controlled, end } = subscription;
    const control = this.#inForce.find((each) => each.endsSubscriptions && each.matches(controlled));
    if (!control) return;
    this.#open.delete(subscription);
    control.record(controlled);
    end(operationError('OPERATION_BLOCKED', { message: control.message }));
  }
}

/** @param from index of the first control that is checked. */
function check(
  controls: readonly Control[],
  controlled: ControlledOperation,
  from = 0,
): MaybePromise<Rejection | null> {
  const index = controls.findIndex((control, each) => each >= from && control.matches(controlled));
  const control = controls[index];
  if (!control) return null;
  return handleMaybePromise(
    () => control.decide(),
    (rejection) => {
      if (rejection === null) return check(controls, controlled, index + 1);
      control.record(controlled);
      return rejection;
    },
  );
}

function orNull<Value>(list: readonly Value[]): readonly Value[] | null {
  return list.length > 0 ? list : null;
}
