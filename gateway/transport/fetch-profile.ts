// Fetch profile: what all requests for one fetch of a plan have in common.
import { LatencyEstimate } from './latency-estimate.ts';

export class FetchProfile {
  /** Whether it has no side effects, so that it may be sent again. */
  readonly isQuery: boolean;
  /** Whether responses may contain values of custom scalars; see `parseJson`. */
  readonly hasCustomScalars: boolean;
  /** Milliseconds to the head of a response; measured only where it decides about further requests. */
  readonly latency = new LatencyEstimate();

  constructor(isQuery: boolean, hasCustomScalars: boolean) {
    this.isQuery = isQuery;
    this.hasCustomScalars = hasCustomScalars;
  }
}

/** Of operations that may have any effect, and are sent once. */
export const unknownFetch = new FetchProfile(false, true);

/** Of queries outside of plans. */
export const plainQuery = new FetchProfile(true, true);
