import { defineConfig } from 'concierge-gateway';

export default defineConfig({
  subgraphs: {
    books: { url: 'http://127.0.0.1:4101/graphql', schema: 'schema/books.graphql' },
    reviews: { url: 'http://127.0.0.1:4102/graphql', schema: 'schema/reviews.graphql' },
  },
});
