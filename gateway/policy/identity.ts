// Who is asking. The one place that knows how a request names its user.
import type { IncomingHttpHeaders } from 'node:http';
import type { Identity } from '../config/context.ts';

const longestSubject = 256;

/** The identity a request claims in `x-user-id`, or null if it claims none. */
export function identify(headers: IncomingHttpHeaders): Identity | null {
  const subject = headers['x-user-id'];
  return typeof subject === 'string' && subject !== '' && subject.length <= longestSubject ? { subject } : null;
}
