// Cache tags as a response header, for CDNs that purge by tag: `Cache-Tag` (Cloudflare, separated by commas) or
// `Surrogate-Key` (Fastly, separated by spaces).

export type TagHeader = 'cache-tag' | 'surrogate-key';

/** CDNs read 16 KiB of tags at most, and 1 KiB of each. */
const MAX_BYTES = 16_000;
const MAX_TAG_BYTES = 1024;

/**
 * The header for these tags. Where they are too many, those of single objects give way to their type's `Type*`, which
 * every change of the type purges too.
 * @returns null where they do not fit even so: the response could not be purged.
 */
export function tagHeaderFields(header: TagHeader, tags: readonly string[]): Record<string, string> | null {
  const all = tags.map(headerTag);
  const text = fitting(header, all) ?? fitting(header, [...new Set(all.map(typeTag))]);
  if (text === null) return null;
  return text === '' ? {} : { [header]: text };
}

/**
 * A tag in the header's form, which purge requests use too: ids percent-encoded, but for letters, digits and
 * `:*._~-`.
 */
export function headerTag(tag: string): string {
  return tag.toWellFormed().replace(/[^\w:*.~-]/gu, encodeURIComponent);
}

function fitting(header: TagHeader, tags: readonly string[]): string | null {
  if (tags.some((tag) => tag.length > MAX_TAG_BYTES)) return null;
  const text = tags.join(header === 'cache-tag' ? ',' : ' ');
  return text.length > MAX_BYTES ? null : text;
}

function typeTag(tag: string): string {
  const [type = ''] = tag.split(':');
  return type.endsWith('*') ? type : `${type}*`;
}
