import { defineConfig } from 'concierge-gateway';

// A function, since the address comes from elsewhere; it may be asynchronous.
export default defineConfig(async () => ({
  path: '/api/graphql',
  subgraphs: {
    books: { url: process.env.BOOKS_URL ?? 'http://127.0.0.1:4101/graphql', schema: 'schema/books.graphql' },
  },
}));
