// Which media type a plain GraphQL answer gets (GraphQL over HTTP, "Media Types"), by the same rules as Yoga's.

/** The first type in an Accept header that a plain answer can have; null if there is none. */
export function acceptedMediaType(accept: string | undefined): string | null {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json')
    return 'application/json';
  for (const part of accept.replace(/\s/g, '').toLowerCase().split(',')) {
    const [type, ...parameters] = part.split(';');
    const charset = parameters.find((parameter) => parameter.includes('charset='));
    if (charset !== undefined && charset !== 'charset=utf-8') continue;
    if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'application/json';
    if (type === 'application/graphql-response+json') return type;
  }
  return null;
}
