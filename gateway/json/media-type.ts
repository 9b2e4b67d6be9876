// Media types and media ranges (RFC 9110, sections 8.3.1 and 12.5.1), as in Content-Type and Accept: names are
// case-insensitive, a quoted parameter value equals the bare one, and a comma or semicolon within quotes separates
// nothing.

export interface MediaType {
  /** Type and subtype in lower case, such as `application/json`; a range may have `*`. */
  essence: string;
  /** By name in lower case; of several with one name the first (MIME Sniffing standard, section 4.4). */
  parameters: ReadonlyMap<string, string>;
}

const essence = /[ \t]*([\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+)[ \t]*/y;
const parameter = /;[ \t]*(?:([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~-]+)|"((?:[^"\\]|\\.)*)"))?[ \t]*/y;

/**
 * Elements of a list. An unclosed quote reaches to the end, whatever the last character is: no quote is read twice, so
 * that the time is linear.
 */
const element = /(?:[^,"]|"(?:[^"\\]|\\.)*(?:"|\\?$))+/gs;

/** Null for text that is not one media type. */
export function parseMediaType(text: string): MediaType | null {
  essence.lastIndex = 0;
  const found = essence.exec(text);
  if (!found) return null;
  const parameters = new Map<string, string>();
  for (let end = essence.lastIndex; end < text.length; end = parameter.lastIndex) {
    parameter.lastIndex = end;
    const next = parameter.exec(text);
    if (!next) return null;
    const [, name = '', bare, quoted] = next;
    const value = bare ?? quoted?.replaceAll(/\\(.)/g, '$1');
    const key = name.toLowerCase();
    if (value !== undefined && !parameters.has(key)) parameters.set(key, value);
  }
  return { essence: (found[1] as string).toLowerCase(), parameters };
}

/** Elements of a comma-separated header field; empty ones are left out (RFC 9110, section 5.6.1.2). */
export function listElements(field: string): string[] {
  return (field.match(element) ?? []).map((text) => text.trim()).filter((text) => text !== '');
}

/** The charset parameter in lower case; null if there is none (RFC 9110, section 8.3.2). */
export function charsetOf({ parameters }: MediaType): string | null {
  return parameters.get('charset')?.toLowerCase() ?? null;
}

/** Whether text of this type is in UTF-8, which JSON always is (RFC 8259, section 8.1). */
export function isUtf8Type(type: MediaType): boolean {
  const charset = charsetOf(type);
  return charset === null || charset === 'utf-8' || charset === 'utf8';
}
