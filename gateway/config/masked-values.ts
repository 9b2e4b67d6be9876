// Masked values: secrets of a configuration, which appear in nothing that is shown of it.

/** In characters. Shorter values are no secrets, and would be masked within other words. */
const MIN_LENGTH = 6;

const values = new Set<string>();

/** Masks this value from now on. */
export function maskValue(value: string): void {
  if (value.length >= MIN_LENGTH) values.add(value);
}

/** The text with every masked value replaced. */
export function withoutMaskedValues(text: string): string {
  let masked = text;
  for (const value of values) masked = masked.replaceAll(value, '***');
  return masked;
}
