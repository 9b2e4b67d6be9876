// A schema as large APIs have them, and operations as their clients have them: connections of types, interfaces, unions,
// enums, inputs with defaults; variables, literals, fragments. The same for the same size.

/** Directives that changes use, one in a line. */
export const directives = `directive @authenticated on FIELD_DEFINITION | OBJECT
directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT
directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT
directive @rateLimit(limit: Int!, duration: Int!) repeatable on FIELD_DEFINITION
directive @cost(weight: String!) on FIELD_DEFINITION | OBJECT
directive @listSize(slicingArguments: [String!], assumedSize: Int, requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION`;

export interface GeneratedSchema {
  sdl: string;
  /** One operation each. */
  documents: string[];
}

/** @param size number of object types; each has eleven operations. */
export function generateSchema(size: number): GeneratedSchema {
  const numbers = Array.from({ length: size }, (_, index) => index);
  const other = (index: number, by: number) => (index + by) % size;
  const types = numbers.map(
    (index) => `type T${index} implements Node {
  id: ID!  name: String  title: String!  count: Int  total: Int!  price: Float!  state: E${index}!  extra: Custom  tags: [String!]!
  one(at: Int = 1, f: Float): T${other(index, 1)}  many(first: Int, after: ID): [T${other(index, 2)}!]!  node: Node!  any: U${index}!
}
enum E${index} { A B C }
union U${index} = T${index} | T${other(index, 1)} | T${other(index, 3)}
input I${index} { a: Int  b: Int! = 1  c: E${index}  d: [Int!]  f: Float  s: String!  deep: D${index}  x: Custom }
input D${index} { n: Int = 2  id: ID  e: E${index} = A }`,
  );
  const query = numbers.map((index) => `  t${index}(id: ID!, by: D${index}, at: Int = 1, x: Custom): T${index}`);
  const list = numbers.map((index) => `  list${index}(first: Int, in: I${index}): [T${index}!]!`);
  const mutation = numbers.map((index) => `  save${index}(input: I${index}!, dry: Boolean! = true): T${index}!`);
  const sdl = [
    directives,
    'scalar Custom',
    'interface Node { id: ID! }',
    ...types,
    `type Query {\n${[...query, ...list].join('\n')}\n  node(id: ID!): Node\n}`,
    `type Mutation {\n${mutation.join('\n')}\n}`,
  ].join('\n');
  return { sdl, documents: numbers.flatMap((index) => documentsOf(index, size)) };
}

function documentsOf(index: number, size: number): string[] {
  const next = (index + 1) % size;
  const operations = [
    `query A($id: ID!, $at: Int) { t(id: $id, at: $at) { __typename id name price } }`,
    `query B($id: ID!, $by: D) { t(id: $id, by: $by) { __typename title count total } }`,
    `query C { list(first: 3) { __typename id state tags } }`,
    `query D($in: I) { list(in: $in, first: 2) { __typename id extra } }`,
    `query E { t(id: 1, by: { n: 1, e: B }, x: 7) { __typename id many(first: 2) { __typename id } } }`,
    `query F($n: Int, $e: E) { t(id: "1", by: { n: $n, e: $e }) { __typename id } }`,
    `query G { t(id: 1) { __typename any { __typename ... on Node { id } ... on T { title } } } }`,
    `query H { t(id: 1) { __typename node { __typename id ...Card } } } fragment Card on T { name state }`,
    `mutation I($input: I!) { save(input: $input) { __typename id } }`,
    `mutation J($s: String!, $d: [Int!]) { save(input: { s: $s, d: $d, f: 1.5, c: A }, dry: false) { __typename id } }`,
    `query K($x: Custom) { t(id: 1, x: $x) { __typename one(f: 1.5) { __typename id ...Next } } } fragment Next on U { __typename ... on V { price } }`,
  ];
  return operations.map((text) =>
    text
      .replace(/(query|mutation) ([A-K])\b/, `$1 Op${index}$2`)
      .replaceAll(/\b(t|list|save)\(/g, `$1${index}(`)
      .replaceAll(/: (D|I|E)(?=[!)])/g, `: $1${index}`)
      .replaceAll(/\b(Card|Next)\b/g, `$1${index}`)
      .replaceAll(/\bon T\b/g, `on T${index}`)
      .replaceAll(/\bon U\b/g, `on U${index}`)
      .replaceAll(/\bon V\b/g, `on T${next}`),
  );
}
