// Starts the example service alone: node services/start.ts
import { startBooks } from './books.ts';

const { port } = new URL(process.env.BOOKS_URL ?? 'http://127.0.0.1:4101/graphql');
await startBooks(Number(port));
console.log(`books: http://127.0.0.1:${port}/graphql`);
