// Folders of the gateways whose starts are measured: each with its services' SDL, its configuration and its clients.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { largeSchema } from './large-schema.ts';

export interface Start {
  name: string;
  /** Its files, by their paths. */
  files: Readonly<Record<string, string>>;
  /** Milliseconds from the process to `/readiness`, and megabytes it takes then. */
  bar: { ready: number; memory: number } | null;
}

const two: Readonly<Record<string, string>> = {
  'users.graphql': `type Query { users: [User!]! user(id: ID!): User @merge(keyField: "id") }
type User @key(selectionSet: "{ id }") { id: ID! name: String }
`,
  'reviews.graphql': `type Query { reviews: [Review!]! _user(id: ID!): User @merge(keyField: "id") }
type User @key(selectionSet: "{ id }") { id: ID! reviews: [Review!]! }
type Review { id: ID! text: String author: User }
`,
};

/** Nothing listens at the services' addresses: a start sends them no request. */
function configuration(schemas: readonly string[]): string {
  const subgraphs = schemas.map((file) => [
    file.replace('.graphql', ''),
    { url: 'http://127.0.0.1:9/graphql', schema: file },
  ]);
  return `export default { port: Number(process.env.PORT), subgraphs: ${JSON.stringify(Object.fromEntries(subgraphs))} };\n`;
}

function gateway(sdls: Readonly<Record<string, string>>, clients = 0): Record<string, string> {
  const definitions = Array.from({ length: clients }, (_, client) => [
    `clients/client${client}/client.mts`,
    `export default { exclude: ['User.name'], rename: { types: { User: 'Person${client}' } } };\n`,
  ]);
  return { ...sdls, ...Object.fromEntries(definitions), 'gateway.config.mts': configuration(Object.keys(sdls)) };
}

export const largeStart: Start = {
  name: 'schema of 1.2 MB',
  files: gateway({ 'large.graphql': largeSchema(1_200_000) }),
  bar: { ready: 2000, memory: 250 },
};

export const starts: readonly Start[] = [
  { name: 'two services', files: gateway(two), bar: { ready: 1000, memory: 110 } },
  { name: 'one client', files: gateway(two, 1), bar: null },
  { name: '30 clients', files: gateway(two, 30), bar: null },
  largeStart,
];

export function writeFolder(folder: string, { files }: Start): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
