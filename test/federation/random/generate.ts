// Random federated graphs: which subgraph has which keys and fields of each entity, and how they are declared. The same
// seed makes the same graph.
import { Random } from '../../differential/random.ts';

export type KeySet = readonly string[];

export interface FieldModel {
  name: string;
  /** In SDL, such as `[User!]`. */
  type: string;
  /** Subgraphs that resolve it. */
  owners: readonly string[];
  takesArgument: boolean;
  /**
   * What its value is computed from: fields of the same entity, as `f1`, or as `f1 { id }` for those that return one.
   */
  requires: readonly string[];
  /** The subgraph that it was moved from, which still declares it. */
  overrides: string | null;
  /** The label for which it has moved, where it has not for every request. */
  label?: string;
}

export interface EntityModel {
  name: string;
  /** The interface that it implements; null for none. */
  implements: string | null;
  /** Keys by subgraph. */
  keys: ReadonlyMap<string, readonly KeySet[]>;
  fields: readonly FieldModel[];
}

export interface InterfaceModel {
  name: string;
  /** The subgraph that defines the interface and its types. */
  home: string;
  /** The subgraph that adds fields to it as an interface object; null for none. */
  objectIn: string | null;
  /** Fields that the interface object has. */
  fields: readonly FieldModel[];
}

export interface RootField {
  operation: 'Query' | 'Mutation';
  name: string;
  type: string;
  owners: readonly string[];
  /** Fields of the returned entity that the subgraph provides besides its own. */
  provides: readonly string[];
}

export interface FederatedGraph {
  seed: number;
  subgraphs: readonly string[];
  entities: readonly EntityModel[];
  interfaces: readonly InterfaceModel[];
  /** Members of the union `Anything` by the subgraph that declares it. */
  unions: ReadonlyMap<string, readonly string[]>;
  roots: readonly RootField[];
  /** Whether all subgraphs define directives for operations that change values. */
  hasDirectives: boolean;
}

const keyChoices: readonly (readonly KeySet[])[] = [
  [['id']],
  [['id'], ['code']],
  [['code'], ['id']],
  [['id'], ['code', 'region']],
  [['id'], ['at { place }']],
];

export function generateFederatedGraph(seed: number): FederatedGraph {
  return new Generator(seed).run();
}

class Generator {
  readonly #seed: number;
  readonly #random: Random;
  readonly #subgraphs: readonly string[];
  #count = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#subgraphs = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'].slice(0, this.#random.between(2, 6));
  }

  run(): FederatedGraph {
    const random = this.#random;
    const names = ['User', 'Order', 'Product', 'Review', 'Store'].slice(0, random.between(2, 5));
    const plain = names.map((name) => this.#entity(name, names, null, this.#some(this.#subgraphs, 1)));
    const media = random.chance(0.6) ? this.#interface(names) : null;
    const nested = (media ? [...plain, ...media.types] : plain).map((entity) => this.#withNested(entity, plain));
    // Decided apart: the other parts of a graph do not depend on them.
    const apart = new Random(this.#seed ^ 0x5eed);
    const entities = nested.map((entity) => ({
      ...entity,
      fields: entity.fields.map((field) =>
        field.overrides !== null && apart.chance(0.6)
          ? { ...field, label: apart.pick(['moved', 'other', 'percent(50)']) }
          : field,
      ),
    }));
    return {
      seed: this.#seed,
      subgraphs: this.#subgraphs,
      entities,
      interfaces: media ? [media.interface] : [],
      unions: this.#unions(entities),
      roots: this.#roots(entities, media?.interface ?? null),
      hasDirectives: apart.chance(0.4),
    };
  }

  #entity(name: string, names: readonly string[], implemented: string | null, homes: readonly string[]): EntityModel {
    const random = this.#random;
    const [home] = homes as [string];
    const choice = random.pick(keyChoices);
    const keys = new Map(
      homes.map((subgraph) => [
        subgraph,
        // The first subgraph has all keys, and leads from each to each.
        subgraph === home || random.chance(0.5) ? choice : [random.pick(choice)],
      ]),
    );
    const fields: FieldModel[] = [];
    for (let index = random.between(2, 5); index > 0; index -= 1) {
      const owners = random.chance(0.25) ? this.#some(homes, 1) : [random.pick(homes)];
      fields.push(this.#field(random.chance(0.35) ? random.pick(names) : null, owners));
    }
    const scalars = fields.filter(({ type, takesArgument }) => /^(String|Int)$/.test(type) && !takesArgument);
    const other = scalars[0] && homes.find((subgraph) => !scalars[0]?.owners.includes(subgraph));
    const computed = (owner: string, requires: readonly string[]): FieldModel => {
      const field = { ...this.#field(null, [owner]), type: 'String', takesArgument: false, requires };
      fields.push(field);
      return field;
    };
    if (scalars[0] && other && random.chance(0.6)) {
      const { name: input } = computed(other, [scalars[0].name]);
      const next = homes.find((subgraph) => subgraph !== other);
      if (next && random.chance(0.5)) computed(next, [input]);
    }
    const movable = fields.find(({ owners, requires }) => owners.length === 1 && requires.length === 0);
    const from = movable && homes.find((subgraph) => !movable.owners.includes(subgraph));
    const isRequired = ({ name: own }: FieldModel) => fields.some(({ requires }) => requires.includes(own));
    if (movable && from && !isRequired(movable) && random.chance(0.3)) {
      fields[fields.indexOf(movable)] = { ...movable, overrides: from };
    }
    return { name, implements: implemented, keys, fields };
  }

  /** With a field that is computed from the key of what another field of the entity returns. */
  #withNested(entity: EntityModel, targets: readonly EntityModel[]): EntityModel {
    const random = this.#random;
    const input = entity.fields.find(
      ({ type, takesArgument, overrides }) => /User|Order|Product/.test(type) && !takesArgument && overrides === null,
    );
    const owner = input && [...entity.keys.keys()].find((subgraph) => !input.owners.includes(subgraph));
    const target = targets.find(({ name }) => input?.type.includes(name));
    if (!input || !owner || !target || !random.chance(0.5)) return entity;
    const [key] = (target.keys.get(owner) ?? [...target.keys.values()][0] ?? []) as [KeySet];
    if (key?.length !== 1 || !/^\w+$/.test(key[0] ?? '')) return entity;
    const requires = [`${input.name} { ${key[0]} }`];
    const field = { ...this.#field(null, [owner]), type: 'String', takesArgument: false, requires };
    return { ...entity, fields: [...entity.fields, field] };
  }

  #interface(names: readonly string[]): { interface: InterfaceModel; types: EntityModel[] } {
    const random = this.#random;
    const home = random.pick(this.#subgraphs);
    const others = this.#subgraphs.filter((subgraph) => subgraph !== home);
    const objectIn = random.chance(0.7) ? random.pick(others) : null;
    const fields = objectIn ? [this.#field(null, [objectIn]), this.#field(random.pick(names), [objectIn])] : [];
    const types = ['Book', 'Movie'].map((name) => {
      // The subgraph of the interface object knows the types by their interface alone.
      const extending = others.filter((subgraph) => subgraph !== objectIn && random.chance(0.4));
      const entity = this.#entity(name, names, 'Media', [home, ...extending]);
      const ids = new Map([...entity.keys.keys()].map((subgraph) => [subgraph, [['id']]]));
      return { ...entity, keys: ids };
    });
    return { interface: { name: 'Media', home, objectIn, fields }, types };
  }

  #unions(entities: readonly EntityModel[]): Map<string, readonly string[]> {
    const unions = new Map<string, readonly string[]>();
    for (const subgraph of this.#subgraphs) {
      if (!this.#random.chance(0.35)) continue;
      const known = entities.filter(({ keys }) => keys.has(subgraph)).map(({ name }) => name);
      if (known.length > 0) unions.set(subgraph, this.#some(known, 1));
    }
    return unions;
  }

  #roots(entities: readonly EntityModel[], media: InterfaceModel | null): RootField[] {
    const random = this.#random;
    const roots: RootField[] = [];
    for (const { name, keys, fields } of entities) {
      for (const subgraph of keys.keys()) {
        if (!random.chance(0.6)) continue;
        const elsewhere = fields.filter(
          ({ type, owners, requires, overrides, takesArgument }) =>
            !takesArgument &&
            !owners.includes(subgraph) &&
            /^\W*(String|Int)\W*$/.test(type) &&
            requires.length === 0 &&
            overrides === null,
        );
        const provides = random.chance(0.4) ? elsewhere.slice(0, 1).map((field) => field.name) : [];
        const type = random.chance(0.5) ? `[${name}!]!` : name;
        const operation = random.chance(0.15) ? 'Mutation' : 'Query';
        roots.push({ operation, name: this.#name(`${subgraph}${name}`), type, owners: [subgraph], provides });
      }
      if (keys.size > 1 && random.chance(0.4)) {
        roots.push({
          operation: 'Query',
          name: this.#name(`shared${name}`),
          type: name,
          owners: this.#some([...keys.keys()], 2),
          provides: [],
        });
      }
    }
    if (media) roots.push({ operation: 'Query', name: 'media', type: '[Media!]!', owners: [media.home], provides: [] });
    if (media?.objectIn)
      roots.push({ operation: 'Query', name: 'anyMedia', type: 'Media', owners: [media.objectIn], provides: [] });
    if (roots.every(({ operation }) => operation === 'Mutation')) {
      const [{ name, keys }] = entities as [EntityModel];
      roots.push({
        operation: 'Query',
        name: 'first',
        type: name,
        owners: [[...keys.keys()][0] as string],
        provides: [],
      });
    }
    return roots;
  }

  #field(target: string | null, owners: readonly string[]): FieldModel {
    const random = this.#random;
    const scalar = target ?? random.pick(['String', 'Int', 'Int', 'Money', 'Query']);
    const type = random.chance(0.25) ? random.pick([`[${scalar}]`, `[${scalar}!]!`]) : scalar;
    return {
      name: this.#name('f'),
      type,
      owners,
      takesArgument: random.chance(0.15),
      requires: [],
      overrides: null,
    };
  }

  #name(prefix: string): string {
    this.#count += 1;
    return `${prefix}${this.#count}`;
  }

  /** At least `least` of the items, in their order. */
  #some<Item>(items: readonly Item[], least: number): Item[] {
    const some = items.filter(() => this.#random.chance(0.6));
    for (const item of items) if (some.length < least && !some.includes(item)) some.push(item);
    return items.filter((item) => some.includes(item));
  }
}
