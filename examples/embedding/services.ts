// The service behind the gateway, a GraphQL server of its own. A query over it: { books { title } }
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';

const books = [
  { id: 'b1', title: 'Middlemarch' },
  { id: 'b2', title: 'Germinal' },
];
const typeDefs = readFileSync(new URL('schema/books.graphql', import.meta.url), 'utf8');
const resolvers = { Query: { books: () => books } };
const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false });
const server = createServer((request, response) => void yoga(request, response));
const port = Number(process.env.SERVICE_PORT ?? 4101);
server.listen(port, '127.0.0.1', () => console.log(`books: ${JSON.stringify(server.address())}`));
