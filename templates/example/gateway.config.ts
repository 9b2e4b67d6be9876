import { defineConfig, env } from 'concierge-gateway';

export default defineConfig({
  subgraphs: {
    books: {
      url: env('BOOKS_URL', 'http://127.0.0.1:4101/graphql'),
      schema: 'schema/books.graphql',
      // `npm start` starts the service beside the gateway, and restarts it when these files change.
      dev: { command: ['node', 'services/start.ts'], watch: ['services', 'schema/books.graphql'] },
    },
  },
});
