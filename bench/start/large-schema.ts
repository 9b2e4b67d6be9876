// A large schema of one service, in the proportions of published ones: objects with descriptions, connections, an
// interface for most of them, inputs and enums.

const fieldsOf = (number: number, objects: number): string[] => {
  const other = (step: number) => `Thing${(number * step + step) % objects}`;
  return [
    ...Array.from({ length: 8 }, (_, field) => `"The ${field}th property, as text."\n  text${field}: String`),
    '"When it was created."\n  createdAt: DateTime!',
    `"What it is in."\n  parent: ${other(3)}`,
    `"What it was made of."\n  source: Made`,
    ...[5, 7, 11].map(
      (step) => `"""
  A list of what belongs to it, in the order in which it was added.
  """
  things${step}(
    "Elements after this cursor."
    after: String
    "Elements before this cursor."
    before: String
    "At most as many from the start."
    first: Int
    "How they are ordered."
    orderBy: Order${number % 50} = { field: CREATED, direction: ASC }
  ): ${other(step)}Connection!`,
    ),
  ];
};

const object = (number: number, objects: number) => `"""
An object of the kind ${number}, which other objects lead to.
"""
type Thing${number} implements Node${number % 2 === 0 ? ' & Made' : ''} {
  "Identifies it."
  id: ID!
  ${number % 2 === 0 ? '"Who made it."\n  maker: String\n  ' : ''}${fieldsOf(number, objects).join('\n  ')}
}

"A page of objects."
type Thing${number}Connection {
  "The edges."
  edges: [Thing${number}Edge]
  "The objects."
  nodes: [Thing${number}]
  "How many there are."
  totalCount: Int!
}

"An object on a page."
type Thing${number}Edge {
  "Stands for its place."
  cursor: String!
  "The object."
  node: Thing${number}
}

"What is given to change one."
input ChangeThing${number}Input {
  "Which one."
  id: ID!
  "The first property."
  text0: String
  "The order of its list."
  orderBy: Order${number % 50}
}
`;

const order = (number: number) => `"How lists of the kind ${number} are ordered."
input Order${number} {
  "By this."
  field: OrderField${number}!
  "In this direction."
  direction: Direction!
}

"What lists can be ordered by."
enum OrderField${number} {
  "By the time at which it was created."
  CREATED
  "By the time of its last change."
  UPDATED
}
`;

/** @param characters of the SDL, about. */
export function largeSchema(characters: number): string {
  const objects = Math.round(characters / object(1000, 2000).length);
  const numbers = Array.from({ length: objects }, (_, number) => number);
  return `scalar DateTime
interface Node { id: ID! }
interface Made { maker: String }
enum Direction { ASC DESC }
type Query {
  node(id: ID!): Node
  ${numbers.map((number) => `thing${number}(id: ID!): Thing${number}`).join('\n  ')}
}
type Mutation {
  ${numbers.map((number) => `changeThing${number}(input: ChangeThing${number}Input!): Thing${number}`).join('\n  ')}
}
${numbers.map((number) => object(number, objects)).join('\n')}
${Array.from({ length: 50 }, (_, number) => order(number)).join('\n')}`;
}
