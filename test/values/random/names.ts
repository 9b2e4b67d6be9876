// Names for random graphs: plain ones, and such that mean something to JavaScript, to GraphQL or to a gateway.
import type { Random } from '../../differential/random.ts';
import type { Features } from './features.ts';

const oddFields = [
  ...['_0', '_1', '_', 'then', 'length', 'name', 'id', 'node', 'prototype', 'toJSON'],
  ...[
    'k1',
    'k1_ids',
    'v0',
    '_v0',
    'keys',
    'ids',
    'on',
    'type',
    'query',
    'fragment',
    'data',
    'errors',
    'typename',
    'isA',
  ],
];
const ofPrototypes = ['constructor', 'toString', 'valueOf', 'hasOwnProperty'];
const oddTypes = ['_T', 'Object', 'on', 'Node', 'Entity', '_0', 'Map', 'Root', 'prototype'];

export class Names {
  readonly #random: Random;
  readonly #odd: number;
  readonly #fields: readonly string[];
  readonly #types: readonly string[];
  readonly #keys: readonly string[];
  #count = 0;

  constructor(random: Random, features: Features) {
    this.#random = random;
    this.#odd = features.has('oddNames') || features.has('prototypeNames') ? random.pick([0.1, 0.4]) : 0;
    this.#types = features.has('oddNames') ? oddTypes : [];
    this.#keys = features.has('oddNames') ? oddFields : [];
    this.#fields = [...this.#keys, ...(features.has('prototypeNames') ? ofPrototypes : [])];
  }

  /** A name for a field or argument that is not taken, and is then. */
  field(taken: Set<string>, prefix: string): string {
    return this.#unused(taken, prefix, this.#fields);
  }

  key(taken: Set<string>): string {
    return this.#unused(taken, 'key', this.#keys);
  }

  /** For a field of a root type: one that begins with `_` is for the gateway, not for clients. */
  rootField(taken: Set<string>, prefix: string): string {
    return this.#unused(
      taken,
      prefix,
      this.#fields.filter((name) => !name.startsWith('_')),
    );
  }

  /** For a lookup field, which clients do not see. */
  lookup(taken: Set<string>): string {
    return this.#unused(
      taken,
      '_look',
      this.#fields.filter((name) => name.startsWith('_')),
    );
  }

  type(taken: Set<string>, prefix: string): string {
    return this.#unused(taken, prefix, this.#types);
  }

  #unused(taken: Set<string>, prefix: string, odd: readonly string[]): string {
    const free = odd.filter((name) => !taken.has(name));
    const isOdd = free.length > 0 && this.#random.chance(this.#odd);
    const name = isOdd ? this.#random.pick(free) : `${prefix}${this.#count}`;
    this.#count += 1;
    taken.add(name);
    return name;
  }
}
