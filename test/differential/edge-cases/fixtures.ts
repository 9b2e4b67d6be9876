// Data of the edge-case graph: none is stored, every value follows from the case's seed and the field's coordinate, the
// object's id and the arguments. So each service returns for its fields what a single schema over the same data
// returns.
import {
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { hash, Random } from '../random.ts';
import { graphType } from './renames.ts';
import type { Weather } from './weather.ts';

/** An object of the graph, as a resolver's source. */
export interface Thing {
  type: string;
  id: string;
  /** The service in whose response it stands. */
  from: string;
  /** The key that it was looked up with. */
  given?: Record<string, unknown>;
}

/** Coordinates by which objects are found, or that others are computed from: nothing goes wrong with these. */
const quiet = new Set([
  'Hop.k2',
  'Alpha.area',
  'Alpha.weight',
  'Alpha.grid',
  'Alpha.beta',
  'Alpha.volume',
  'Beta.tags',
  'Book.price',
  'Book.pages',
  'Book.author',
  'Book.shipping',
  'Author.age',
]);

/** Types whose objects have keys; all others are values. */
const entities = new Set(['Alpha', 'Beta', 'Gamma', 'Delta', 'Hop', 'Book', 'Film', 'Author', 'Agent', 'Shelf']);

/** The name of each object: the key's name, then what all its keys share. */
const identities: Record<string, (id: string) => string> = {
  id: (id) => id,
  code: (id) => `code:${id}`,
  slug: (id) => `slug:${id}`,
  k1: (id) => `k1:${id}`,
  isbn: (id) => `isbn:${id}`,
  row: (id) => `row:${id}`,
  column: (id) => `column:${id}`,
};

export function idOf(key: unknown): string {
  if (typeof key === 'object' && key !== null) {
    const [, value] = Object.entries(key).find(([name]) => name in identities) ?? [];
    return idOf(value);
  }
  return String(key).split(':').at(-1) as string;
}

/** Leaves that no schema allows at their place, and some that can be read all the same. */
const lies: Record<string, readonly unknown[]> = {
  Int: [1.5, '7', true, 2 ** 31, 'x', { a: 1 }, []],
  Float: ['1.5', 'x', true, { a: 1 }, []],
  String: [5, true, 1.5, { a: 1 }, []],
  ID: [7, 7.5, true, { a: 1 }],
};

/** An odd leaf as a code, in a value that the service's own schema allows. */
function coded(typeName: string, index: number): unknown {
  if (typeName === 'Int') return 1_900_000_000 + index;
  if (typeName === 'Float') return 777_000 + index / 8;
  return `lie:${typeName}:${index}`;
}

/** Puts the odd leaves into a service's response: a reviver for JSON.parse. */
export function decode(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && value >= 1_900_000_000 && value < 1_900_000_010)
    return lies.Int?.[value - 1_900_000_000];
  if (typeof value === 'number' && value >= 777_000 && value < 777_002) return lies.Float?.[(value - 777_000) * 8];
  if (value === 'ODD') return 'NOT_A_KIND';
  const [, typeName, index] = typeof value === 'string' && value.startsWith('lie:') ? value.split(':') : [];
  return typeName ? lies[typeName]?.[Number(index)] : value;
}

export class Fixtures {
  readonly weather: Weather;
  /** The number of times that mutations have changed an object. */
  readonly #changes = new Map<string, number>();

  constructor(weather: Weather) {
    this.weather = weather;
  }

  /** The object in a service that is queried by its key: the object, null, or an error. */
  find(subgraph: string, type: string, id: string): 'found' | 'missing' | Error {
    const random = this.#random(`find ${subgraph} ${type} ${id}`);
    if (!random.chance(this.weather.missing)) return 'found';
    return random.chance(0.5) ? 'missing' : new Error(`${subgraph} cannot find ${id}`);
  }

  /** The effect of a mutation with these arguments. */
  change({ id, filter }: { id?: unknown; filter?: { id?: unknown } }): void {
    const changed = String(id ?? filter?.id);
    this.#changes.set(changed, (this.#changes.get(changed) ?? 0) + 1);
  }

  /**
   * The value of a field. @throws where the weather has it fail.
   * @param asService true for a service, which returns odd leaves as a code.
   */
  value(
    parent: Thing,
    fieldName: string,
    args: Readonly<Record<string, unknown>>,
    type: GraphQLOutputType,
    schema: GraphQLSchema,
    asService: boolean,
  ): unknown {
    const coordinate = `${parent.type}.${fieldName}`;
    const identity = identities[fieldName];
    if (identity) return identity(parent.id);
    if (fieldName === 'k2') return this.#random(`k2 ${parent.id}`).chance(0.2) ? null : `k2:${parent.id}`;
    if (fieldName === 'bumps' || fieldName === 'stirs') return this.#changes.get(parent.id) ?? 0;
    const calm = quiet.has(coordinate);
    const random = this.#random(`${coordinate} ${parent.id} ${sortedJson(args)}`);
    if (!calm && random.chance(this.weather.errors)) throw new Error(`${coordinate} of ${parent.id} fails`);
    return new Making(random, this.weather, schema, asService, calm, parent.from, args).value(type);
  }

  #random(what: string): Random {
    return new Random(hash(`${this.weather.seed} ${what}`));
  }
}

/** JSON text that does not depend on the order of properties. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, below: unknown) =>
    typeof below === 'object' && below !== null && !Array.isArray(below)
      ? Object.fromEntries(Object.entries(below).sort(([one], [other]) => (one < other ? -1 : 1)))
      : below,
  );
}

class Making {
  readonly #random: Random;
  readonly #weather: Weather;
  readonly #schema: GraphQLSchema;
  readonly #asService: boolean;
  readonly #calm: boolean;
  readonly #from: string;
  readonly #args: Readonly<Record<string, unknown>>;

  constructor(
    random: Random,
    weather: Weather,
    schema: GraphQLSchema,
    asService: boolean,
    calm: boolean,
    from: string,
    args: Readonly<Record<string, unknown>>,
  ) {
    this.#random = random;
    this.#weather = weather;
    this.#schema = schema;
    this.#asService = asService;
    this.#calm = calm;
    this.#from = from;
    this.#args = args;
  }

  value(type: GraphQLOutputType): unknown {
    const random = this.#random;
    if (!isNonNullType(type)) return random.chance(0.12) ? null : this.#present(type);
    if (!this.#calm && random.chance(this.#weather.holes)) return null;
    return this.#present(type.ofType);
  }

  #present(type: GraphQLOutputType): unknown {
    const random = this.#random;
    if (isListType(type)) {
      const { first, n } = this.#args;
      const maximum = typeof first === 'number' ? first : typeof n === 'number' ? n : 3;
      return Array.from({ length: random.between(0, Math.max(0, Math.min(maximum, 4))) }, () =>
        this.value(type.ofType),
      );
    }
    if (isObjectType(type)) return this.#object(type.name);
    if (isAbstractType(type)) {
      const members = this.#schema.getPossibleTypes(type).map(({ name }) => name);
      return this.#object(random.pick([...members].sort()));
    }
    return this.#leaf(type);
  }

  #object(name: string): Thing {
    const type = graphType(name);
    const keyed = entities.has(type);
    // An object without a key has nothing but a number that no other has.
    const number = this.#random.between(1, keyed ? 5 : 1e9);
    const id = keyed ? String(this.#args.id ?? `${type[0]?.toLowerCase()}${number}`) : String(number);
    return { type, id, from: this.#from };
  }

  #leaf(type: GraphQLOutputType): unknown {
    const random = this.#random;
    const name = isEnumType(type) ? 'enum' : String(type);
    if (!this.#calm && random.chance(this.#weather.lies)) {
      if (name === 'enum' && isEnumType(type) && type.name === 'Kind') return this.#asService ? 'ODD' : 'NOT_A_KIND';
      const choices = lies[name];
      const index = choices ? random.between(0, choices.length - 1) : 0;
      if (choices) return this.#asService ? coded(name, index) : choices[index];
    }
    if (isEnumType(type)) return random.pick(type.getValues().filter(({ name }) => name !== 'ODD')).name;
    if (name === 'Int') return random.between(-5, 1000);
    if (name === 'Float') return random.pick([0.5, 3, -2.25, 1e21, 1e-7]);
    if (name === 'Boolean') return random.chance(0.5);
    if (name === 'Json') {
      const value = this.#args.value ?? this.#args.in ?? random.pick([1, 'j', { a: { b: [null] } }, [[]]]);
      // An echoed argument may look like an odd leaf.
      return JSON.parse(JSON.stringify(value), decode);
    }
    return random.pick(['plain', '', 'with "quotes" \\', 'line\nbreak', 'ümläut 💡', '\ud800 \u2028 </script>']);
  }
}
