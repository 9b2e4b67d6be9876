// An answer that is bytes already: kept from an earlier request, or just made and about to be kept.
import type { CachedAnswer } from '../cache/answer-cache.ts';
import type { Answer } from '../execute/answer.ts';

export class CachedResult implements Answer {
  readonly answer: CachedAnswer;
  declare readonly errors?: undefined;

  constructor(answer: CachedAnswer) {
    this.answer = answer;
  }

  get body(): Buffer {
    return this.answer.body;
  }

  /** Made for a plugin that asks. */
  get data(): Record<string, unknown> | null {
    return JSON.parse(this.stringify()).data;
  }

  stringify(): string {
    return this.body.toString();
  }
}
