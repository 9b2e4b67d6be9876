// Body of a successful response of the REST façade: the data of a GraphQL result, or the value of its only field, cut out of
// the text that is there already.
import { CachedResult } from '../../pipeline/cached-result.ts';
import type { Result } from '../../pipeline/stages.ts';

const before = '{"data":';
const after = '}';

/** Length in characters from which a cached text is sent as its bytes. */
const LONG_TEXT = 16_384;

/**
 * @param key of the only root field, where its value is the response.
 * @returns null where that value is null.
 */
export function dataText(result: Result, key: string | null): string | Buffer | null {
  const start = key === null ? before : `${before}{"${key}":`;
  const end = key === null ? after.length : after.length * 2;
  if (result.extensions === undefined && result instanceof CachedResult && result.body.length > LONG_TEXT) {
    return result.body.subarray(start.length, result.body.length - end);
  }
  const text = result.extensions === undefined && 'stringify' in result ? result.stringify() : null;
  if (text?.startsWith(start)) {
    const cut = text.slice(start.length, text.length - end);
    return key !== null && cut === 'null' ? null : cut;
  }
  // A result with more than its data, or one that was not written by the gateway.
  const value = key === null ? result.data : (result.data as Record<string, unknown>)[key];
  return key !== null && value === null ? null : JSON.stringify(value);
}
