// Random documents of fragments in fragments, with lists, connections, conditions and weighted arguments; and variables
// for them. Small: full expansion has to come to an end.
import type { Random } from '../differential/random.ts';

export const sdl = `
  type Query { thing: Thing  things(first: Int = 3, last: Int): [Thing]  node: Node  page(first: Int): Page  some: Some }
  interface Node { id: ID!  parent: Node  many(max: Int): [Node] @listSize(slicingArguments: ["max"], assumedSize: 2) }
  union Some = Thing | Other | Left
  type Thing implements Node @cost(weight: "2") {
    id: ID!
    parent: Node
    many(max: Int): [Node]
    page(first: Int = 2): Page
    other: Other @cost(weight: "5")
    dear(x: Int @cost(weight: "3"), y: Int @cost(weight: "-4")): Other
  }
  type Other implements Node { id: ID! @cost(weight: "1.5")  parent: Node  many(max: Int): [Node]  things: [Thing] }
  type Left implements Node { id: ID!  parent: Node  many(max: Int): [Node] }
  type Right implements Node { id: ID!  parent: Node  many(max: Int): [Node] }
  type Center implements Node { id: ID!  parent: Node  many(max: Int): [Node] }
  type Page { nodes: [Thing]  edges: [Edge]  pageInfo: Info }
  type Edge { node: Thing  cursor: String }
  type Info { next: Boolean }`;

const numbers = ['n', 'm', 'k'];
const booleans = ['p', 'q'];

/** Types whose selections may stand in a selection of the type. */
const within: Record<string, readonly string[]> = {
  Query: ['Query'],
  Node: ['Node', 'Thing', 'Other', 'Some', 'Left', 'Right'],
  Some: ['Some', 'Thing', 'Other', 'Node', 'Left'],
  Thing: ['Thing', 'Node', 'Some'],
  Other: ['Other', 'Node', 'Some'],
  Left: ['Left', 'Node', 'Some'],
  Right: ['Right', 'Node'],
  Page: ['Page'],
  Edge: ['Edge'],
  Info: ['Info'],
};

/** By type: fields with their arguments and the type that they give; null for a value. */
const fields: Record<string, readonly [name: string, args: readonly string[], gives: string | null][]> = {
  Query: [
    ['thing', [], 'Thing'],
    ['things', ['first', 'last'], 'Thing'],
    ['node', [], 'Node'],
    ['page', ['first'], 'Page'],
    ['some', [], 'Some'],
  ],
  Node: [
    ['id', [], null],
    ['parent', [], 'Node'],
    ['many', ['max'], 'Node'],
  ],
  Some: [['__typename', [], null]],
  Thing: [
    ['id', [], null],
    ['many', ['max'], 'Node'],
    ['page', ['first'], 'Page'],
    ['other', [], 'Other'],
    ['dear', ['x', 'y'], 'Other'],
  ],
  Other: [
    ['id', [], null],
    ['things', [], 'Thing'],
    ['parent', [], 'Node'],
  ],
  Left: [
    ['parent', [], 'Node'],
    ['many', ['max'], 'Node'],
  ],
  Right: [
    ['id', [], null],
    ['many', ['max'], 'Node'],
  ],
  Page: [
    ['nodes', [], 'Thing'],
    ['edges', [], 'Edge'],
    ['pageInfo', [], 'Info'],
  ],
  Edge: [
    ['node', [], 'Thing'],
    ['cursor', [], null],
  ],
  Info: [['next', [], null]],
};

export interface RandomDocument {
  text: string;
  variables: Record<string, unknown>;
}

export function randomDocument(random: Random): RandomDocument {
  const types = Object.keys(fields);
  const fragments = Array.from({ length: random.between(0, 4) }, (_, index) => ({
    name: `F${index}`,
    type: random.pick(types),
    index,
  }));

  function selections(type: string, depth: number, after: number): string {
    const count = random.between(1, 3);
    return `{ ${Array.from({ length: count }, () => selection(type, depth, after)).join(' ')} }`;
  }

  /** Fragments spread only those that come after them: there are no circles. */
  function selection(type: string, depth: number, after: number): string {
    const fitting = fragments.filter((one) => one.index > after && within[type]?.includes(one.type));
    if (fitting.length > 0 && random.chance(0.4)) return `...${random.pick(fitting).name}${condition()}`;
    if (depth > 0 && random.chance(0.2)) {
      const condition_ = random.pick(within[type] as readonly string[]);
      const on = condition_ === type && random.chance(0.5) ? '' : ` on ${condition_}`;
      return `...${on}${condition()} ${selections(on === '' ? type : condition_, depth - 1, after)}`;
    }
    return field(type, depth, after);
  }

  function field(type: string, depth: number, after: number): string {
    const possible = (fields[type] ?? []).filter(([, , gives]) => gives === null || depth > 0);
    if (possible.length === 0) return '__typename';
    const [name, args, gives] = random.pick(possible);
    const alias = random.chance(0.3) ? `x${random.between(0, 9)}: ` : '';
    const given = args.filter(() => random.chance(0.6)).map((arg) => `${arg}: ${value()}`);
    const list = given.length > 0 ? `(${given.join(', ')})` : '';
    return `${alias}${name}${list}${condition()}${gives ? ` ${selections(gives, depth - 1, after)}` : ''}`;
  }

  function value(): string {
    if (random.chance(0.5)) return `$${random.pick(numbers)}`;
    return random.chance(0.1) ? 'null' : String(random.between(-1, 5));
  }

  function condition(): string {
    if (random.chance(0.75)) return '';
    const name = random.pick(['skip', 'include']);
    return ` @${name}(if: ${random.chance(0.5) ? `$${random.pick(booleans)}` : String(random.chance(0.5))})`;
  }

  const operation = selections('Query', 3, -1);
  const defined = fragments.map(({ name, type, index }) => `fragment ${name} on ${type} ${selections(type, 2, index)}`);
  const text = `query ($n: Int, $m: Int = 4, $k: Int, $p: Boolean! = true, $q: Boolean!) ${operation} ${defined.join(' ')}`;
  const variables: Record<string, unknown> = { q: random.chance(0.5) };
  if (random.chance(0.5)) variables.n = random.pick([0, 1, 3, -2, null]);
  if (random.chance(0.5)) variables.m = random.pick([2, null]);
  if (random.chance(0.5)) variables.p = random.chance(0.5);
  return { text, variables };
}
