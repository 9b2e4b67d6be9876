// Resumed stream: an upstream subscription that is opened again when it was interrupted, with a back-off and within
// bounds. Its reader sees the gap in time alone. Events that the service sends meanwhile are lost, unless it continues
// after the last one by its id; those that it repeats are dropped.
import { ErrorCode } from '../../errors.ts';
import type { SubgraphSeries } from '../../telemetry/metrics/subgraph-metrics.ts';
import { type Cancellation, pause } from '../cancellation.ts';
import { RequestCancelled, SubgraphError, type SubgraphErrorCode } from '../subgraph-error.ts';
import { EventIds } from './event-ids.ts';
import { type EventStep, finished, type UpstreamEvent } from './event-queue.ts';
import type { UpstreamStream } from './stream-opener.ts';

export interface ResumptionOptions {
  /** Attempts in a row without an event between them, at most. */
  maxAttempts: number;
  /** Milliseconds from the interruption to the last attempt's begin, at most. */
  maxTime: number;
}

export interface ResumedStreamOptions {
  subgraph: string;
  /** Null where an interruption is the end. */
  resumption: ResumptionOptions | null;
  /** Opens the subscription again. @param lastEventId null where the service gave no ids. */
  reopen(lastEventId: string | null): Promise<UpstreamStream>;
  cancellation: Cancellation;
  series: SubgraphSeries | undefined;
  /** Called once, at its end. */
  onEnd(): void;
}

/** Milliseconds before the first attempt, and at most between two; each less a random part of up to a half. */
const FIRST_PAUSE = 100;
const MAX_PAUSE = 1_000;

/** Failures that a service has while it is started again; rejections and wrong events are none. */
const interruptions: Readonly<Partial<Record<SubgraphErrorCode, true>>> = {
  SUBGRAPH_UNAVAILABLE: true,
  SUBGRAPH_TIMEOUT: true,
};

export class ResumedStream implements UpstreamStream {
  readonly #options: ResumedStreamOptions;
  readonly #ids = new EventIds();
  #stream: UpstreamStream;
  #isClosed = false;
  #hasEnded = false;
  #hasEvents = false;
  #attempts = 0;
  #openedAt = performance.now();
  /** Thrown once, after the errors of a subscription that its service has given up. */
  #failure: SubgraphError | null = null;

  constructor(stream: UpstreamStream, options: ResumedStreamOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  async next(): Promise<EventStep> {
    while (!this.#hasEnded) {
      let step: EventStep;
      try {
        step = await this.#stream.next();
      } catch (error) {
        if (!this.#isResumable(error)) {
          this.#end();
          throw error;
        }
        await this.#resume(error);
        continue;
      }
      if (step.done) {
        this.#end();
        return step;
      }
      if (this.#attempts > 0 && step.value.isRejection) {
        this.#end();
        throw rejectedAgain(this.#options.subgraph, step.value);
      }
      if (this.#hasEvents && step.value.isRejection) {
        // Its errors, and then its end, which is no regular one.
        this.leave();
        this.#failure = new SubgraphError(this.#options.subgraph, 'SUBGRAPH_ERROR', 'the service gave it up');
        return step;
      }
      if (!this.#ids.isRepeated(step.value.id)) {
        this.#attempts = 0;
        this.#hasEvents = true;
        return step;
      }
    }
    const failure = this.#failure;
    this.#failure = null;
    if (failure) throw failure;
    return finished;
  }

  leave(): void {
    this.#isClosed = true;
    this.#stream.leave();
    this.#end();
  }

  close(): void {
    this.#isClosed = true;
    this.#stream.close();
  }

  #isResumable(error: unknown): error is SubgraphError {
    if (this.#options.resumption === null || this.#isClosed || this.#options.cancellation.cancelled) return false;
    return error instanceof SubgraphError && interruptions[error.code] === true;
  }

  /** @throws the last failure, beyond the bounds. */
  async #resume(interruption: SubgraphError): Promise<void> {
    const { resumption, reopen, series } = this.#options;
    const { maxAttempts, maxTime } = resumption as ResumptionOptions;
    const end = performance.now() + maxTime;
    let last = interruption;
    // One that was open for long does not fail in a row.
    if (performance.now() - this.#openedAt > maxTime) this.#attempts = 0;
    this.#ids.interrupt();
    while (this.#attempts < maxAttempts) {
      const time = pauseBefore(this.#attempts);
      this.#attempts += 1;
      if (performance.now() + time > end) break;
      await this.#pause(time);
      if (this.#hasEnded) return;
      try {
        const stream = await reopen(this.#ids.last);
        if (this.#hasEnded) {
          stream.leave();
          return;
        }
        this.#stream = stream;
        this.#openedAt = performance.now();
        series?.resumed('ok');
        return;
      } catch (error) {
        if (!this.#isResumable(error)) {
          this.#end();
          throw withCredentialsOfThen(error);
        }
        last = error;
      }
    }
    series?.resumed(last.code);
    this.#end();
    throw last;
  }

  #pause(time: number): Promise<void> {
    return new Promise((resolve, reject) => {
      pause(time, this.#options.cancellation, resolve, () => {
        this.#end();
        reject(new RequestCancelled());
      });
    });
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.onEnd();
  }
}

function pauseBefore(attempt: number): number {
  return Math.min(FIRST_PAUSE * 2 ** Math.min(attempt, 10), MAX_PAUSE) * (1 - Math.random() / 2);
}

/**
 * What is sent again are the credentials of the beginning, such as a signed identity that has ended since. As
 * UNAUTHENTICATED their rejection would sign the caller out, who subscribes again with those of today.
 */
function withCredentialsOfThen(error: unknown): unknown {
  if (!(error instanceof SubgraphError) || error.code !== ErrorCode.UNAUTHENTICATED) return error;
  const detail = `${error.detail}, which were those of the beginning of the subscription`;
  return new SubgraphError(error.subgraph, 'SUBGRAPH_UNAVAILABLE', detail);
}

/** A response in place of a stream ends a subscription that was open with an error: it has not completed. */
function rejectedAgain(subgraph: string, { response }: UpstreamEvent): SubgraphError {
  const [first] = (response.errors ?? []) as { message?: unknown }[];
  const reason = typeof first?.message === 'string' ? `: ${first.message.slice(0, 200)}` : '';
  return new SubgraphError(subgraph, 'SUBGRAPH_ERROR', `the subscription was rejected when it was resumed${reason}`);
}
