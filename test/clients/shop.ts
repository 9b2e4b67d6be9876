// A small graph for views: an interface, a union, enums, inputs with defaults, and tags.
import { type ClientDefinition, clientSchema } from '../../gateway/client-views/definition.ts';
import { clientSource } from '../../gateway/client-views/own-fields.ts';
import { buildView, type View } from '../../gateway/client-views/view.ts';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { composeGraph, type Graph } from '../../gateway/compose/graph.ts';

const shop = `
  directive @tag(name: String!) repeatable on OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | ENUM_VALUE | INPUT_FIELD_DEFINITION
  type Query {
    node(id: ID!): Node
    user(id: ID!): User
    users(first: Int = 10, tier: Tier = GOLD): [User!]!
    found(text: String!): [Found!]!
    audit(since: Date!): [Entry!] @tag(name: "internal")
  }
  type Mutation { rename(input: RenameInput!): User  purge(filter: Filter = { tier: GOLD, old: true }): Int }
  interface Node { id: ID! }
  union Found = User | Order | Entry
  type User implements Node {
    id: ID!
    name: String
    email: String
    tier: Tier
    orders(first: Int, status: Status): [Order!]
    notes: String @tag(name: "internal")
  }
  type Order implements Node { id: ID!  status: Status  lines: [Line!]!  buyer: User }
  type Line { product: String! quantity: Int! }
  type Entry implements Node { id: ID! what: String }
  enum Tier { GOLD SILVER }
  enum Status { OPEN PAID LOST @tag(name: "internal") }
  input RenameInput { id: ID! name: String nick: String }
  input Filter { tier: Tier old: Boolean }
  scalar Date
`;

/** The shop with the fields that the client alone has. */
export function graphOf(definition: ClientDefinition = {}): Graph {
  const source = { name: 'shop', sdl: shop };
  const own = clientSource('web', clientSchema.parse(definition), composeGraph([source]).schema);
  return composeGraph([source, ...(own ? [own] : [])]);
}

export function viewOf(definition: ClientDefinition): View {
  return buildView(graphOf(definition), clientSchema.parse(definition), 'web');
}

/** The errors of such a view. */
export function problems(definition: ClientDefinition): readonly string[] {
  try {
    viewOf(definition);
  } catch (error) {
    if (error instanceof ComposeError) return error.reasons;
    throw error;
  }
  return [];
}
