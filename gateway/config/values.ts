// Value types that several configuration sections share: counts, durations, URLs, file paths, scopes and roles. Their
// messages name what is allowed.
import { z } from 'zod';

/** An integer within limits; one message for every way in which a value is invalid. */
export const whole = (allowed: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER) =>
  z.number(allowed).int(allowed).min(minimum, allowed).max(maximum, allowed);

export const count = (what: string) => whole(`give ${what} as a whole number above 0`, 1);

export const nonEmpty = (message: string) => z.string(message).min(1, message);

export const scopeList = z.array(nonEmpty('give scopes such as "orders:read"'), 'give a list of scopes');
export const roleList = z.array(nonEmpty('give roles such as "support"'), 'give a list of roles');

const durationMessage = 'give milliseconds as a number above 0, or text such as "500ms", "30s", "2m"';
export const duration = z.union(
  [whole(durationMessage, 1), z.string().regex(/^[1-9]\d*(ms|s|m|h)$/, durationMessage)],
  durationMessage,
);

/** Converts a duration as the configuration writes it (1500, "500ms", "30s", "2m", "12h") to milliseconds. */
export function milliseconds(value: number | string): number {
  if (typeof value === 'number') return value;
  const amount = Number.parseInt(value, 10);
  if (value.endsWith('ms')) return amount;
  if (value.endsWith('s')) return amount * 1000;
  return amount * (value.endsWith('m') ? 60_000 : 3_600_000);
}

export const filePath = z.string('give a file path, relative to the configuration file').min(1, 'give a file path');

export function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
