// An answer that is bytes already: kept from an earlier request, or just made and about to be kept.
import type { CachedAnswer } from '../cache/answer-cache.ts';
import type { Answer } from '../execute/answer.ts';
import { parseJson } from '../json/parse-json.ts';

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
    return (parseJson(this.stringify()) as { data: Record<string, unknown> | null }).data;
  }

  stringify(): string {
    return this.body.toString();
  }
}
