// Names of GraphQL for those of an OpenAPI document: characters that a name cannot have are left out, and of equal names the later
// ones get a number.

/** Names that have a meaning of their own as types. */
const reservedTypes = ['Query', 'Mutation', 'Subscription', 'String', 'Int', 'Float', 'Boolean', 'ID'];

export class NameScope {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** The name, with a number where it is taken. */
  take(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.#taken.has(name); number += 1) name = `${wanted}${number}`;
    this.#taken.add(name);
    return name;
  }
}

export function typeNames(scalars: Iterable<string>): NameScope {
  return new NameScope([...reservedTypes, ...scalars]);
}

export function isName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text) && !text.startsWith('__');
}

/** `pet-store.order` -> `PetStoreOrder`; empty where no character can stay. */
export function typeName(text: string): string {
  const name = words(text)
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');
  return startingWithLetter(name);
}

/** A name stays as it is; `x-rate-limit` -> `xRateLimit`; empty where no character can stay. */
export function fieldName(text: string): string {
  if (isName(text)) return text;
  const [first = '', ...others] = words(text);
  const name = `${first.charAt(0).toLowerCase()}${first.slice(1)}${others.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('')}`;
  return startingWithLetter(name.replace(/^_+/, ''));
}

/** `/users/{id}/orders` with GET -> `getUsersByIdOrders`. */
export function operationName(method: string, path: string): string {
  const parts = path.split('/').map((segment) => segment.replaceAll(/\{([^}]*)\}/g, ' by $1 '));
  return fieldName(`${method.toLowerCase()} ${parts.join(' ')}`);
}

function words(text: string): string[] {
  return text.split(/[^0-9A-Za-z_]+/).filter((word) => word !== '');
}

function startingWithLetter(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name.replace(/^__+/, '_');
}
