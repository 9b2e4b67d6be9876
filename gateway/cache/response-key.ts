// Response cache key: a hash of everything the response depends on.
import { hash } from 'node:crypto';
import { NumberText } from '../json/number-text.ts';

export interface ResponseKeyParts {
  /** Identifies the composed graph: another one may give a different response. */
  graph: string;
  /** The client's view, or null for the whole graph. */
  view: string | null;
  /** The document's text, or a hash of it. */
  document: string;
  operationName: string | null;
  /** As the client sent them: JSON. */
  variables: Readonly<Record<string, unknown>>;
  /** The operation's plan: `@skip`, `@include` and unauthorized fields select it. */
  plan: string;
  /** `identity.key` of the caller where the response is private; null where it is public. */
  identity: string | null;
  /** Everything else of the request that can change the response, by subgraph. */
  headers: Readonly<Record<string, unknown>>;
}

/** Deeper than variables are nested in practice. */
const MAX_DEPTH = 100;

/** The key; null where variables are nested too deep to be compared. */
export function responseKey(keyParts: ResponseKeyParts): string | null {
  const { graph, view, document, operationName, plan, identity } = keyParts;
  const variables = canonicalJson(keyParts.variables, MAX_DEPTH);
  const headers = canonicalJson(keyParts.headers, MAX_DEPTH);
  if (variables === null || headers === null) return null;
  const text = JSON.stringify([graph, view, document, operationName, plan, identity, variables, headers]);
  return `response:${identity === null ? 'public' : 'private'}:${hash('sha256', text, 'base64url')}`;
}

/** Whether responses under this key are private to one identity. */
export function isPrivateKey(key: string): boolean {
  return key.startsWith('response:private:');
}

/** JSON with the fields of objects in the order of their names; null where it is deeper than `depth`. */
export function canonicalJson(value: unknown, depth: number): string | null {
  if (typeof value !== 'object' || value === null || value instanceof NumberText)
    return JSON.stringify(value) ?? 'null';
  if (depth === 0) return null;
  if (Array.isArray(value)) {
    const items = value.map((item) => canonicalJson(item, depth - 1));
    return items.includes(null) ? null : `[${items.join(',')}]`;
  }
  const fields: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const field = (value as Record<string, unknown>)[name];
    if (field === undefined) continue;
    const text = canonicalJson(field, depth - 1);
    if (text === null) return null;
    fields.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${fields.join(',')}}`;
}
