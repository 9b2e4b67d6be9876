// Media type of a plain GraphQL response (GraphQL over HTTP, "Media Types"), by the same rules as Yoga's.

export type MediaType = 'application/json' | 'application/graphql-response+json';

/** `type/subtype` or `type/*`, the media ranges of RFC 9110 (section 12.5.1) other than the one for all. */
const mediaRange = /^[^/*]+\/([^/*]+|\*)$/;

/**
 * The first type in an Accept header that a plain response can have; null if there is none, or where a part of the
 * header is not a media range, which Yoga still interprets.
 */
export function acceptedMediaType(accept: string | undefined): MediaType | null {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json')
    return 'application/json';
  for (const part of accept.replace(/\s/g, '').toLowerCase().split(',')) {
    const [type, ...parameters] = part.split(';');
    const charset = parameters.find((parameter) => parameter.includes('charset='));
    if (charset !== undefined && charset !== 'charset=utf-8') continue;
    if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'application/json';
    if (type === 'application/graphql-response+json') return type;
    if (!mediaRange.test(type as string)) return null;
  }
  return null;
}
