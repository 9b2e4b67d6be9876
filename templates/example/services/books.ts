// The example service. Put your own in its place: any GraphQL server will do, in any language.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';

const books = [
  { id: 'b1', title: 'Middlemarch', author: 'George Eliot' },
  { id: 'b2', title: 'Germinal', author: 'Émile Zola' },
];

// Services define the gateway's directives that they use; `npx concierge print --directives` prints all of them.
const directives = 'directive @merge(keyField: String) on FIELD_DEFINITION\n';

const schema = createSchema({
  typeDefs: directives + readFileSync(new URL('../schema/books.graphql', import.meta.url), 'utf8'),
  resolvers: {
    Query: {
      books: () => books,
      book: (_root: unknown, { id }: { id: string }) => books.find((book) => book.id === id),
      // As `WHERE id IN (…)` would: any order, without the books that do not exist.
      _books: (_root: unknown, { ids }: { ids: string[] }) => books.filter(({ id }) => ids.includes(id)),
    },
  },
});

/** Serves the books on a port of this machine, 0 for any free one. */
export function startBooks(port: number): Promise<Server> {
  const yoga = createYoga({ schema, logging: false });
  const server = createServer((request, response) => void yoga(request, response));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
