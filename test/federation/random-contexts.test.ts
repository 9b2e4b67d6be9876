// Random operations on a graph with two contexts, whose fields lie in random subgraphs and whose objects are shared
// between places: the response is that of one executor that hands each object the values of those that enclose it.
import { buildSchema, type GraphQLObjectType, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { Random } from '../differential/random.ts';
import type { FederatedService } from './federated-services.ts';
import { link, serveFederation } from './served-federation.ts';

const types = ['A', 'B', 'C'] as const;
type Type = (typeof types)[number];
/** The contexts that objects of each type set, each by a field of its name. */
const settings: Record<Type, readonly string[]> = { A: ['a', 'b'], B: ['b'], C: [] };
const ids = ['0', '1', '2', '3'];
const subgraphs = ['s0', 's1', 's2'] as const;
/** The subgraph of the fields with arguments from contexts. */
const contextual = 's2';
const links: Record<string, string> = { toA: '[A!]!', toB: '[B!]!', toC: 'C', any: '[Thing!]!' };
const takers = {
  ca: '(a: String @fromContext(field: "$a { va }"), x: Int): String',
  cb: '(b: String @fromContext(field: "$b { vb }")): String',
  cab: '(a: String @fromContext(field: "$a { va }"), b: String @fromContext(field: "$b { vb }")): String',
};

interface Ref {
  __typename: string;
  id: string;
  /** For the executor of the whole graph: the values of the objects that enclose this one. */
  enclosing?: Record<string, unknown>;
}
type Row = Record<string, unknown>;

class World {
  readonly rows = new Map<string, Row>();
  /** The subgraph of each field. */
  readonly #places = new Map<string, string>();
  readonly #random: Random;
  readonly roots: Ref[];

  constructor(random: Random) {
    this.#random = random;
    const some = (type?: string) =>
      Array.from({ length: random.below(3) }, () => ({ __typename: type ?? random.pick(types), id: random.pick(ids) }));
    for (const type of types) {
      for (const id of ids) {
        this.rows.set(`${type} ${id}`, {
          ...{ va: random.pick(['x', 'y', null]), vb: random.pick(['x', 'y', 'z']), name: `${type}${id}` },
          ...{ toA: some('A'), toB: some('B'), toC: some('C')[0] ?? null, any: some() },
        });
      }
    }
    this.roots = [...some('A'), ...some('B'), { __typename: 'A', id: '0' }];
  }

  #placeOf(field: string): string {
    const place = this.#places.get(field) ?? this.#random.pick(subgraphs);
    this.#places.set(field, place);
    return place;
  }

  #fieldsIn(subgraph: string, type: Type): string[] {
    const owned = Object.entries({ ...links, name: 'String' }).filter(
      ([name]) => this.#placeOf(`${type}.${name}`) === subgraph,
    );
    const own = owned.map(([name, returned]) => `${name}: ${returned}`);
    for (const context of settings[type]) {
      if (this.#placeOf(`v${context}`) === subgraph) own.push(`v${context}: String`);
      else if (subgraph === contextual) own.push(`v${context}: String @external`);
    }
    return subgraph === contextual ? [...own, ...Object.entries(takers).map((each) => each.join(''))] : own;
  }

  service(subgraph: string): FederatedService {
    const isRoot = this.#placeOf('Query') === subgraph;
    const setting = (type: Type) =>
      subgraph === contextual ? settings[type].map((context) => `@context(name: "${context}")`).join(' ') : '';
    const definitions = types.map(
      (type) =>
        `type ${type} implements Thing @key(fields: "id") ${setting(type)} { id: ID! ${this.#fieldsIn(subgraph, type).join(' ')} }`,
    );
    const read = (type: string, name: string) => (object: Ref, args: Row) =>
      name in takers ? shown(type, object.id, args) : this.rows.get(`${type} ${object.id}`)?.[name];
    const resolvers = types.map((type) => {
      const names = this.#fieldsIn(subgraph, type).map((field) => /^\w+/.exec(field)?.[0] ?? '');
      return [type, Object.fromEntries(names.map((name) => [name, read(type, name)]))] as const;
    });
    return {
      sdl: `${link} ${isRoot ? 'type Query { things: [Thing!]! }' : ''} interface Thing { id: ID! } ${definitions.join(' ')}`,
      resolvers: {
        ...Object.fromEntries(resolvers),
        Thing: { __resolveType: ({ __typename }: Ref) => __typename },
        ...(isRoot && { Query: { things: () => this.roots } }),
      },
      entities: Object.fromEntries(types.map((type) => [type, ({ id }) => ({ id })])),
    };
  }

  /** Executes on all the data at once. */
  async execute(source: string): Promise<unknown> {
    const schema = buildSchema(
      `type Query { things: [Thing!]! } interface Thing { id: ID! } ${types
        .map(
          (
            type,
          ) => `type ${type} implements Thing { id: ID! name: String ${settings[type].map((context) => `v${context}: String`).join(' ')}
        ${Object.entries(links)
          .map((each) => each.join(': '))
          .join(' ')} ca(x: Int): String cb: String cab: String }`,
        )
        .join(' ')}`,
    );
    const wrapped = (value: unknown, enclosing: Record<string, unknown>): unknown =>
      Array.isArray(value) ? value.map((item) => wrapped(item, enclosing)) : value && { ...(value as Ref), enclosing };
    for (const type of types) {
      for (const [name, field] of Object.entries((schema.getType(type) as GraphQLObjectType).getFields())) {
        field.resolve = ({ id, enclosing = {} }: Ref, args: Row) => {
          const row = this.rows.get(`${type} ${id}`) as Row;
          if (name === 'id') return id;
          if (name in takers) {
            const taken = [...name.slice(1)].map((context) => [context, enclosing[context]]);
            return shown(type, id, { ...Object.fromEntries(taken), ...args });
          }
          return name in links
            ? wrapped(row[name], {
                ...enclosing,
                ...Object.fromEntries(settings[type].map((context) => [context, row[`v${context}`]])),
              })
            : row[name];
        };
      }
    }
    const result = await graphql({ schema, source, rootValue: { things: this.roots } });
    return { data: result.data, errors: result.errors?.map(({ message }) => message) ?? [] };
  }

  /** A selection that takes values only from contexts that enclosing objects set. */
  selection(type: Type, enclosing: ReadonlySet<string>, depth: number): string {
    const random = this.#random;
    const taking = Object.keys(takers).filter((name) => [...name.slice(1)].every((context) => enclosing.has(context)));
    const leaves = [
      'id',
      'name',
      ...settings[type].map((context) => `v${context}`),
      ...taking,
      ...taking,
      ...(enclosing.has('a') ? ['cx: ca(x: 1)'] : []),
    ];
    const parts = [random.pick(leaves), random.pick(leaves)];
    const below = new Set([...enclosing, ...settings[type]]);
    for (let count = depth > 0 ? 2 : 0; count > 0; count--) {
      const name = random.pick(Object.keys(links));
      const alias = random.chance(0.3) ? `z${count}: ` : '';
      const inside =
        name === 'any' ? this.abstract(below, depth - 1) : this.selection(name.slice(2) as Type, below, depth - 1);
      parts.push(`${alias}${name} { ${inside} }`);
    }
    return parts.join(' ');
  }

  abstract(enclosing: ReadonlySet<string>, depth: number): string {
    const chosen = types.filter(() => this.#random.chance(0.8));
    return `__typename ${chosen.map((type) => `... on ${type} { ${this.selection(type, enclosing, depth)} }`).join(' ')}`;
  }
}

function shown(type: string, id: string, args: Row): string {
  const sorted = Object.entries(args).sort(([one], [other]) => (one < other ? -1 : 1));
  return `${type}${id} ${JSON.stringify(sorted)}`;
}

test.each([2, 3])(
  'an entity has the values of the objects that enclose it, wherever it stands (seed %i)',
  async (seed) => {
    const random = new Random(seed);
    const world = new World(random);
    const { receive } = await serveFederation(Object.fromEntries(subgraphs.map((name) => [name, world.service(name)])));
    let compared = 0;
    for (let count = 0; count < 25; count++) {
      const query = `{ things { ${world.abstract(new Set(), 1 + random.below(3))} } }`;
      const expected = await world.execute(query);
      // Two selections of one response key may not fit together.
      if ((expected as { data?: unknown }).data === undefined) continue;
      const { data, errors } = await receive(query);
      expect({ data, errors: Object.values(errors) }, query).toEqual(JSON.parse(JSON.stringify(expected)));
      compared += 1;
    }
    expect(compared).toBeGreaterThan(10);
  },
);
