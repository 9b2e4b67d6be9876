// Database of products: the catalogue, and how often each user viewed a product.
import type { DatabaseSync } from 'node:sqlite';
import type { Tables } from '../database.ts';
import { type CatalogueItem, catalogue } from '../seed/catalogue.ts';
import { foldText, peopleCount } from '../seed/people.ts';
import { stream } from '../seed/random.ts';
import { type CategoryName, ranges } from '../seed/ranges.ts';

export interface ProductRow {
  id: string;
  number: number;
  name: string;
  description: string;
  /** Euro cents */
  amount: number;
  weight: number;
  inStock: number;
  category: CategoryName;
  rating: number;
}

export const productColumns =
  'p.id, p.number, p.name, p.description, p.price AS amount, p.weight, p.in_stock AS inStock, p.category, p.rating';

export const tables: Tables = {
  create: `
    CREATE TABLE products (
      id TEXT PRIMARY KEY,
      number INTEGER NOT NULL UNIQUE,
      name TEXT NOT NULL,
      description TEXT NOT NULL,
      searchable TEXT NOT NULL,
      price INTEGER NOT NULL,
      weight INTEGER NOT NULL,
      in_stock INTEGER NOT NULL CHECK (in_stock >= 0),
      category TEXT NOT NULL,
      rating REAL NOT NULL CHECK (rating BETWEEN 0 AND 5)
    ) STRICT;
    CREATE TABLE views (
      user_id TEXT NOT NULL,
      product_id TEXT NOT NULL REFERENCES products (id),
      times INTEGER NOT NULL,
      PRIMARY KEY (user_id, product_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX products_of_category ON products (category, rating DESC);`,
  seed(database) {
    const items = catalogue();
    const insert = database.prepare('INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    for (const item of items) {
      insert.run(
        item.id,
        item.number,
        item.name,
        item.description,
        foldText(`${item.name} ${item.description}`),
        item.price,
        item.weight,
        item.inStock,
        item.category,
        item.rating,
      );
    }
    seedViews(database, items);
  },
};

/** Every user has two favourite categories, and views other things now and then. */
function seedViews(database: DatabaseSync, items: readonly CatalogueItem[]): void {
  const insert = database.prepare('INSERT OR IGNORE INTO views VALUES (?, ?, ?)');
  const byCategory = new Map(
    ranges.map(({ category }) => [category, items.filter((item) => item.category === category)]),
  );
  for (let number = 1; number <= peopleCount; number += 1) {
    const draw = stream('views', number);
    const favourites = [draw.pick(ranges), draw.pick(ranges)].map(({ category }) => byCategory.get(category)!);
    for (let count = draw.between(8, 24); count > 0; count -= 1) {
      const favourite = draw.next() < 0.7;
      const viewed = draw.pick(favourite ? draw.pick(favourites) : items);
      insert.run(`u${number}`, viewed.id, favourite ? draw.between(1, 9) : draw.between(1, 2));
    }
  }
}
