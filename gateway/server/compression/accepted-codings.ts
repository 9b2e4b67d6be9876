// Accepted content codings of a request: the field Accept-Encoding (RFC 9110, section 12.5.3).
import { LruMap } from '../../cache/lru-map.ts';

export const codings = ['zstd', 'br', 'gzip'] as const;

/** A content coding of responses; the value of Content-Encoding. */
export type Coding = (typeof codings)[number];

export interface AcceptedCodings {
  /** Every acceptable coding, the preferred first; equal quality is ordered as the gateway prefers. */
  acceptable: readonly Coding[];
  /** The first of them, where the client prefers it to an uncompressed body; null elsewhere. */
  preferred: Coding | null;
  /** Whether an uncompressed body is acceptable. */
  identity: boolean;
}

const onlyIdentity: AcceptedCodings = { acceptable: [], preferred: null, identity: true };

/** A coding with its weight; a weight that is none makes the member invalid. */
const member = /^([!#$%&'*+.^_`|~\w-]+)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/;

/** Maximum number of field values whose meaning is cached. Clients have few; the value is the client's choice. */
const MAX_CACHED = 200;

/** Maximum length of a cached field value, in characters. */
const MAX_CACHED_LENGTH = 200;

/**
 * Creates the parser for the codings that a gateway offers.
 * @param offered in the order of preference.
 */
export function createCodingParser(offered: readonly Coding[]): (header: string | undefined) => AcceptedCodings {
  const parsed = new LruMap<AcceptedCodings>({ maxEntries: MAX_CACHED });
  return (header) => {
    if (header === undefined || header === '') return onlyIdentity;
    const cached = parsed.get(header);
    if (cached) return cached;
    const accepted = accept(header, offered);
    if (header.length <= MAX_CACHED_LENGTH) parsed.set(header, accepted);
    return accepted;
  };
}

function accept(header: string, offered: readonly Coding[]): AcceptedCodings {
  const weights = weightsIn(header);
  const rest = weights.get('*');
  const weightOf = (coding: Coding) => weights.get(coding) ?? rest ?? 0;
  const acceptable = offered.filter((coding) => weightOf(coding) > 0).sort((a, b) => weightOf(b) - weightOf(a));
  // Without a weight of its own it is acceptable, unless "*" excludes it; then any coding is preferred to it.
  const identity = weights.get('identity');
  const [first] = acceptable;
  const isPreferred = first !== undefined && weightOf(first) >= (identity ?? 0);
  return { acceptable, preferred: isPreferred ? first : null, identity: (identity ?? rest) !== 0 };
}

/** By name in lower case. Of several members with one name, the first counts. */
function weightsIn(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const text of header.toLowerCase().split(',')) {
    const [, name, weight = '1'] = member.exec(text.trim()) ?? [];
    if (name === undefined) continue;
    // Equivalent (RFC 9110, section 8.4.1.3).
    const coding = name === 'x-gzip' ? 'gzip' : name;
    if (!weights.has(coding)) weights.set(coding, Number(weight));
  }
  return weights;
}
