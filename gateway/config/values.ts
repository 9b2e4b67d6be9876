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

/** A duration as text: a whole number with its unit, such as `500ms`, `30s`, `5m`, `12h`. */
export type DurationText = `${number}${'ms' | 's' | 'm' | 'h'}`;

/** A size as text: a whole number with its unit, such as `64kb`, `10mb`, `1gb`; 1 kb is 1024 bytes. */
export type SizeText = `${number}${'kb' | 'mb' | 'gb'}`;

/** Text of this form, as a type of its own: the pattern is what the type says. */
function textOf<Text extends string>(pattern: RegExp, message: string): z.ZodType<Text, Text> {
  return z.string(message).regex(pattern, message) as unknown as z.ZodType<Text, Text>;
}

export const durationText = (message: string) => textOf<DurationText>(/^[1-9]\d*(ms|s|m|h)$/, message);

export const durationMessage = 'give milliseconds as a number above 0, or text such as "500ms", "30s", "2m"';

/** In milliseconds: a timer of Node for a longer time ends at once. */
const MAX_DURATION = 2 ** 31 - 1;

/** A duration of 24 days at most. */
export const duration = z
  .union([whole(durationMessage, 1), durationText(durationMessage)], durationMessage)
  .refine((value) => milliseconds(value) <= MAX_DURATION, 'give 596h (24 days) at most');

const units: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

const sizeMessage = 'give bytes as a whole number above 0, or text such as "64kb", "10mb"';

/** A size; the result is in bytes. */
export const size = z
  .union([whole(sizeMessage, 1), textOf<SizeText>(/^[1-9]\d{0,6}(kb|mb|gb)$/, sizeMessage)], sizeMessage)
  .transform((value) =>
    typeof value === 'number' ? value : Number.parseInt(value, 10) * (units[value.slice(-2)] as number),
  )
  .refine(Number.isSafeInteger, sizeMessage);

/** Converts a duration as the configuration writes it (1500, "500ms", "30s", "2m", "12h") to milliseconds. */
export function milliseconds(value: number | string): number {
  if (typeof value === 'number') return value;
  const amount = Number.parseInt(value, 10);
  if (value.endsWith('ms')) return amount;
  if (value.endsWith('s')) return amount * 1000;
  return amount * (value.endsWith('m') ? 60_000 : 3_600_000);
}

export const filePath = z.string('give a file path, relative to the configuration file').min(1, 'give a file path');

/**
 * Without white space and control characters, which the URL parser passes over: written to a file, they are lines; and
 * with credentials that can be decoded.
 */
export function isHttpUrl(text: string): boolean {
  const url = /^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) ? URL.parse(text) : null;
  return url !== null && isEncoded(url.username) && isEncoded(url.password);
}

/** Whether a percent-encoded text is one of UTF-8. */
function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
