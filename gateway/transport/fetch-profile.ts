// Fetch profile: what all requests for one fetch of a plan have in common.
import type { Flow } from './flow.ts';
import { LatencyEstimate } from './latency-estimate.ts';

export class FetchProfile {
  /** Whether it has no side effects, so that it may be sent again. */
  readonly isQuery: boolean;
  /** Whether responses may contain values of custom scalars; see `parseJson`. */
  readonly hasCustomScalars: boolean;
  /** Milliseconds to the head of a response; measured only where it decides about further requests. */
  readonly latency = new LatencyEstimate();
  /** Text of its document, which its flow depends on. */
  readonly document: string;
  /** Set by the bulkhead that had its latest request. */
  flow: Flow | null = null;

  constructor(isQuery: boolean, hasCustomScalars: boolean, document = '') {
    this.isQuery = isQuery;
    this.hasCustomScalars = hasCustomScalars;
    this.document = document;
  }
}

/** Of operations that may have any effect, and are sent once. */
export const unknownFetch = new FetchProfile(false, true);

/** Of queries outside of plans. */
export const plainQuery = new FetchProfile(true, true);
