// Generated documents that are built to be slow: few characters that select much, in the ways there are. The same for
// the same seed; valid for the graph of `network`.
import { Random } from '../differential/random.ts';

const SERVICES = ['north', 'south', 'west'];

/**
 * Services whose nodes lead to nodes that the others serve as well, one by one, in lists and through abstract types.
 */
export function network(): Record<string, string> {
  return Object.fromEntries(
    SERVICES.map((name) => [
      name,
      `
      type Query { ${name}: Node  ${name}Nodes(ids: [ID!]!): [Node]! @merge(keyField: "id") }
      interface ${name}Named { ${name}Text: String }
      type Node implements ${name}Named {
        id: ID!  ${name}Next: Node  ${name}Other(by: ${name}Filter, text: String): Node!  ${name}All: [Node]
        ${name}Named: ${name}Named  ${name}Any: ${name}Any  ${name}Text: String
      }
      type ${name}Leaf implements ${name}Named { ${name}Text: String  ${name}Up: Node }
      union ${name}Any = Node | ${name}Leaf
      input ${name}Filter { value: Int  not: ${name}Filter  all: [${name}Filter] }`,
    ]),
  );
}

export interface HostileDocument {
  /** What is multiplied. */
  kind: string;
  text: string;
}

export const kinds = [
  'fan-out',
  'depth',
  'aliases',
  'abstract types',
  'directives',
  'variables',
  'overlap',
  'literals',
];

export function hostileDocument(seed: number): HostileDocument {
  const random = new Random(seed);
  const kind = random.pick(kinds);
  const levels = random.between(2, 9);
  const fields = SERVICES.flatMap((name) => [`${name}Next`, `${name}Other`, `${name}All`]);
  const some = (count: number) => Array.from({ length: count }, () => random.pick(fields));
  const chosen = [...new Set(some(random.between(1, 5)))];
  const fragments = (selections: (below: string) => string) =>
    Array.from({ length: levels }, (_, level) => {
      const below = level === levels - 1 ? 'id northText westText' : `...F${level + 1}`;
      return `fragment F${level} on Node { ${selections(below)} }`;
    }).join(' ');
  const all = (below: string) => chosen.map((field) => `${field} { ${below} }`).join(' ');
  const start = 'north { ...F0 }';
  switch (kind) {
    case 'depth':
      return {
        kind,
        text: `{ north { ${some(12).reduce((below, field) => `${field} { ${below} }`, 'id southText')} } }`,
      };
    case 'aliases':
      return {
        kind,
        text: `{ ${start} } ${fragments((below) => `${all(below)} a: northNext { ${below} } b: southText`)}`,
      };
    case 'abstract types': {
      const abstract = (below: string) =>
        SERVICES.map((name) => `${name}Any { ... on Node { ${below} } ... on ${name}Leaf { __typename } }`).join(' ');
      return {
        kind,
        text: `{ ${start} } ${fragments((below) => `${abstract(below)} southAny { ... on Node { ${below} } }`)}`,
      };
    }
    case 'directives':
      return {
        kind,
        text: `query ($yes: Boolean!) { ${start} } ${fragments((below) => `${all(below)} ... @include(if: $yes) { northText }`)}`,
      };
    case 'variables':
      return {
        kind,
        text: `query ($v: Int = 1) { ${start} } ${fragments((below) => `northOther(by: { value: $v, all: [{ value: $v }] }) { ${below} } southNext { ${below} }`)}`,
      };
    case 'overlap': {
      const repeated = some(random.between(20, 200)).map((field) => `${field} { id }`);
      return { kind, text: `{ ${start} north { ${repeated.join(' ')} } } ${fragments(all)}` };
    }
    case 'literals': {
      const nested = `${'{not: '.repeat(random.between(1, 60))}{value: 1}${'}'.repeat(0)}`;
      const literal = `${nested}${'}'.repeat((nested.match(/\{not/g) ?? []).length)}`;
      return {
        kind,
        text: `{ ${start} } ${fragments((below) => `northOther(by: ${literal}, text: "${'x'.repeat(random.between(1, 20_000))}") { ${below} } westNext { ${below} }`)}`,
      };
    }
    default:
      return { kind, text: `{ ${start} } ${fragments(all)}` };
  }
}
