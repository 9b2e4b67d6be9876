// Values of a configuration as messages show them: short, without credentials, and without the content of functions and
// class instances.
import { withoutMaskedValues } from './masked-values.ts';

/** In characters; what is longer is cut. */
const MAX_LENGTH = 80;

/** Options whose values are never shown in logs or terminals, whether right or wrong. */
const secretOptions = new Set([
  'secret',
  'clientSecret',
  'key',
  'hash',
  'token',
  'passphrase',
  'secretAccessKey',
  'sessionToken',
]);

/** Sections with a secret: a text in place of one is the secret itself. */
const secretSections = new Set(['admin', 'apiKeys', 'aws', 'credentials', 'hmac', 'jwt', 'purge', 'sign', 'signed']);

/** The value at this path of a configuration, as one line; `***` for a secret. */
export function showValue(value: unknown, path: readonly PropertyKey[]): string {
  const name = path.at(-1);
  const isHeader = path.at(-2) === 'headers' && path[0] === 'subgraphs';
  // `limits` has an option of this name.
  const isIntrospection = name === 'introspection' && path[0] === 'authentication' && typeof value === 'string';
  if (isHeader || isIntrospection || isSecret(name, value)) return '***';
  return show(value);
}

function isSecret(name: PropertyKey | undefined, value: unknown): boolean {
  if (typeof name !== 'string') return false;
  return secretOptions.has(name) || (typeof value === 'string' && secretSections.has(name));
}

function show(value: unknown): string {
  const simple = kindOf(value);
  return shortened(simple ?? JSON.stringify(value, safeParts()));
}

/** A whole configuration as JSON values, with secrets and credentials masked. */
export function shownConfig(config: object): unknown {
  return JSON.parse(withoutCredentials(JSON.stringify(config, safeParts())));
}

/** A replacer of JSON.stringify. */
function safeParts(): (this: unknown, name: string, part: unknown) => unknown {
  const parents: unknown[] = [];
  // JSON.stringify calls it with the object that holds the part.
  function shown(this: unknown, name: string, part: unknown): unknown {
    while (parents.length > 0 && parents.at(-1) !== this) parents.pop();
    if (parents.includes(part)) return 'an object that contains itself';
    if (typeof part === 'object' && part !== null) parents.push(part);
    if (isSecret(name, part) || (name === 'headers' && !Array.isArray(part))) return '***';
    return kindOf(part) ?? masked(part);
  }
  return shown;
}

/** A description of what JSON has no form for; null for the rest. */
function kindOf(value: unknown): string | null {
  switch (typeof value) {
    case 'undefined':
    case 'symbol':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'number':
      return Number.isFinite(value) ? null : String(value);
    case 'function':
      return 'a function';
    case 'object':
      return value === null || Array.isArray(value) ? null : instanceOf(value);
    default:
      return null;
  }
}

/** Null for a plain object. */
function instanceOf(value: object): string | null {
  if (value instanceof RegExp) return String(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return null;
  return value instanceof Promise ? 'a promise' : `an instance of ${value.constructor.name}`;
}

/** Credentials are masked first: in text that is cut in the middle of them, their end can no longer be found. */
function shortened(text: string): string {
  const safe = withoutCredentials(text);
  return safe.length > MAX_LENGTH ? `${safe.slice(0, MAX_LENGTH - 3)}...` : safe;
}

/** The text without user names and passwords of URLs. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^\s"]*@/g, '//***@');
}

function masked(value: unknown): unknown {
  return typeof value === 'string' ? withoutMaskedValues(value) : value;
}
