// Federation graph of any size, the same for the same seed: entities that their owner serves and two others extend,
// with keys, required fields, shared value types, interfaces, unions, enums and inputs.
import { Random } from '../../test/differential/random.ts';

export interface GraphSize {
  subgraphs: number;
  /** Types of the composed graph, without root types and scalars. */
  types: number;
  seed: number;
}

/** Shares of the types by kind; the rest are entities. */
const shares = { values: 0.1, interfaces: 0.05, unions: 0.05, enums: 0.05, inputs: 0.05 };
type Kind = keyof typeof shares;
const SCALARS = ['String', 'Int', 'Float', 'Boolean', 'ID', '[String!]!'];

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
  import: ["@key", "@shareable", "@external", "@requires"])`;

/** SDL of each subgraph, by name. */
export function generatedSubgraphs(size: GraphSize): Map<string, string> {
  return new Generation(size).run();
}

/** A type of one subgraph. */
interface Type {
  head: string;
  members: Set<string>;
}

class Generation {
  readonly #size: GraphSize;
  readonly #random: Random;
  /** By subgraph, then by name. */
  readonly #types: Map<string, Type>[];
  readonly #counts: Record<Kind, number>;
  readonly #entities: number;

  constructor(size: GraphSize) {
    this.#size = size;
    this.#random = new Random(size.seed);
    this.#types = Array.from({ length: size.subgraphs }, () => new Map());
    const counts = Object.entries(shares).map(([kind, share]) => [kind, Math.floor(share * size.types)] as const);
    this.#counts = Object.fromEntries(counts) as Record<Kind, number>;
    this.#entities = size.types - counts.reduce((sum, [, count]) => sum + count, 0);
  }

  run(): Map<string, string> {
    for (let index = 0; index < this.#entities; index += 1) this.#entity(index);
    for (let index = 0; index < this.#counts.interfaces; index += 1) this.#interface(index);
    for (let index = 0; index < this.#counts.unions; index += 1) this.#union(index);
    return new Map(
      this.#types.map((types, index) => [`s${String(index).padStart(3, '0')}`, `${link}\n\n${sdlOf(types)}`]),
    );
  }

  /** Has scalars, references to two entities, a value type and an enum; and fields of two other subgraphs. */
  #entity(index: number): void {
    const owner = this.#ownerOf(index);
    const name = this.#stub(owner, index);
    const scalars = Array.from({ length: 6 }, (_, at) => `f${at}: ${at === 0 ? 'Int' : this.#random.pick(SCALARS)}`);
    const [one, other] = [this.#random.below(this.#entities), this.#random.below(this.#entities)];
    this.#add(owner, name, [
      ...scalars,
      `one: ${this.#stub(owner, one)}`,
      `many(first: Int = 10): [${this.#stub(owner, other)}!]!`,
      `value: ${this.#value(owner, index % this.#counts.values)}`,
      `state: ${this.#enum(owner, index % this.#counts.enums)}`,
    ]);
    const input = this.#input(owner, index % this.#counts.inputs);
    this.#add(owner, 'Query', [`e${index}(id: ID!): ${name}`, `e${index}s(where: ${input}): [${name}!]!`]);
    if (index % 5 === 0) this.#add(owner, 'Mutation', [`save${name}(input: ${input}!): ${name}`]);
    for (const at of [1, 2]) {
      const other = (owner + 1 + ((index * 7 + at * 29) % (this.#size.subgraphs - 1))) % this.#size.subgraphs;
      if (other === owner) continue;
      this.#stub(other, index);
      this.#add(
        other,
        name,
        [0, 1, 2].map((field) => `x${at}${field}: ${this.#random.pick(SCALARS)}`),
      );
      if (at === 1 && index % 3 === 0) {
        this.#add(other, name, ['f0: Int @external', 'computed: String @requires(fields: "f0")']);
      }
    }
  }

  /** The owner's entities that have turned up by then implement it. */
  #interface(index: number): void {
    const subgraph = index % this.#size.subgraphs;
    const name = `I${index}`;
    this.#type(subgraph, name, `interface ${name}`, ['id: ID!']);
    for (const [type, { head }] of this.#types[subgraph] ?? []) {
      const implementing = head.replace(/^type E\d+ /, (start) => `${start}implements ${name} `);
      if (!head.includes('implements')) this.#type(subgraph, type, head, []).head = implementing;
    }
    this.#add(subgraph, 'Query', [`i${index}s: [${name}!]!`]);
  }

  #union(index: number): void {
    const subgraph = index % this.#size.subgraphs;
    const members = Array.from({ length: 3 }, () => this.#stub(subgraph, this.#random.below(this.#entities)));
    this.#type(subgraph, `U${index}`, `union U${index} = ${[...new Set(members)].join(' | ')}`, []);
    this.#add(subgraph, 'Query', [`u${index}s: [U${index}!]!`]);
  }

  #ownerOf(entity: number): number {
    return entity % this.#size.subgraphs;
  }

  /** The entity's type in a subgraph, with its key. */
  #stub(subgraph: number, entity: number): string {
    const name = `E${entity}`;
    this.#type(subgraph, name, `type ${name} @key(fields: "id")`, ['id: ID!']);
    return name;
  }

  #value(subgraph: number, index: number): string {
    const name = `V${index}`;
    this.#type(subgraph, name, `type ${name} @shareable`, ['amount: Float!', 'unit: String', 'note: String']);
    return name;
  }

  #enum(subgraph: number, index: number): string {
    const name = `S${index}`;
    this.#type(subgraph, name, `enum ${name}`, ['NEW', 'OPEN', 'DONE']);
    return name;
  }

  #input(subgraph: number, index: number): string {
    const name = `In${index}`;
    this.#type(subgraph, name, `input ${name}`, ['id: ID', 'text: String = "a"', 'most: Int = 5', 'ids: [ID!]']);
    return name;
  }

  #add(subgraph: number, name: string, members: readonly string[]): void {
    this.#type(subgraph, name, `type ${name}`, members);
  }

  #type(subgraph: number, name: string, head: string, members: readonly string[]): Type {
    const types = this.#types[subgraph] ?? new Map<string, Type>();
    const type = types.get(name) ?? { head, members: new Set() };
    types.set(name, type);
    for (const member of members) type.members.add(member);
    return type;
  }
}

function sdlOf(types: ReadonlyMap<string, Type>): string {
  return [...types.values()]
    .map(({ head, members }) => (members.size > 0 ? `${head} {\n  ${[...members].join('\n  ')}\n}\n` : `${head}\n`))
    .join('\n');
}
