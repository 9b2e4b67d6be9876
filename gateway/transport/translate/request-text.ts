// Text of a request, as the gateway makes it for services: `{"query":"…","variables":{…}}`, split without parsing the
// query, whose text is the same in each request for a fetch.
import { parseJson } from '../../json/parse-json.ts';

export interface RequestText {
  /** The document as a JSON string literal, with its quotes. */
  query: string;
  variables: Readonly<Record<string, unknown>>;
}

/** First characters of every request's text. */
const queryKey = '{"query":';

const none: Readonly<Record<string, unknown>> = {};

/** @throws Error for a text that the gateway does not make. */
export function splitRequest(body: string): RequestText {
  const literal = /"(?:[^"\\]|\\.)*"/y;
  literal.lastIndex = queryKey.length;
  const query = body.startsWith(queryKey) ? literal.exec(body)?.[0] : undefined;
  if (query === undefined) throw new Error('The text of a request begins with its query.');
  const end = queryKey.length + query.length;
  if (body.length === end + 1) return { query, variables: none };
  const { variables } = parseJson(`{${body.slice(end + 1)}`) as { variables?: Record<string, unknown> | null };
  return { query, variables: variables ?? none };
}
