// Two services, each a GraphQL server of its own: books, and reviews of them. A query over both:
//   { books { title reviews { stars text } } latestReview { text book { title } } }
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';

const titles: Record<string, string> = { b1: 'Middlemarch', b2: 'Germinal' };

const reviews = [
  { stars: 5, text: 'Whole lives in one town.', bookId: 'b1' },
  { stars: 4, text: 'Dark, and hopeful.', bookId: 'b2' },
];

interface Ids {
  ids: string[];
}

const bookOf = (id: string) => ({ id, title: titles[id] });
const reviewsOf = (id: string) => reviews.filter(({ bookId }) => bookId === id);

serve('books', 4101, {
  Query: {
    books: () => Object.keys(titles).map(bookOf),
    // As `WHERE id IN (…)` would: any order, without the books that do not exist.
    _books: (_root: unknown, { ids }: Ids) => ids.filter((id) => id in titles).map(bookOf),
  },
});

serve('reviews', 4102, {
  Query: {
    latestReview: () => reviews.at(-1),
    _books: (_root: unknown, { ids }: Ids) => ids.map((id) => ({ id })),
  },
  Book: { reviews: ({ id }: { id: string }) => reviewsOf(id) },
  Review: { book: ({ bookId }: { bookId: string }) => ({ id: bookId }) },
});

type Resolvers = Parameters<typeof createSchema<object>>[0]['resolvers'];

function serve(name: string, port: number, resolvers: Resolvers): void {
  const typeDefs = readFileSync(new URL(`schema/${name}.graphql`, import.meta.url), 'utf8');
  const yoga = createYoga({ schema: createSchema<object>({ typeDefs, resolvers }), logging: false });
  const server = createServer((request, response) => void yoga(request, response));
  server.listen(port, '127.0.0.1', () => console.log(`${name}: ${JSON.stringify(server.address())}`));
}
