// Database of users: profiles, and the items that users saved for later.
import type { DatabaseSync } from 'node:sqlite';
import type { Tables } from '../database.ts';
import { day, seededUntil, timestamp } from '../seed/calendar.ts';
import { catalogueSize } from '../seed/catalogue.ts';
import { people, peopleCount } from '../seed/people.ts';
import { ordersByBuyer } from '../seed/purchases.ts';
import { stream } from '../seed/random.ts';

export interface UserRow {
  id: string;
  number: number;
  email: string | null;
  name: string | null;
  avatarUrl: string | null;
  street: string | null;
  city: string | null;
  postalCode: string | null;
  country: string | null;
  tier: 'STANDARD' | 'SILVER' | 'GOLD';
  createdAt: string;
}

export interface SavedRow {
  userId: string;
  kind: 'User' | 'Product' | 'Order';
  refId: string;
}

export const userColumns = `u.id, u.number, u.email, u.name, u.avatar_url AS avatarUrl, u.street, u.city,
  u.postal_code AS postalCode, u.country, u.tier, u.created_at AS createdAt`;

export const tables: Tables = {
  create: `
    CREATE TABLE users (
      id TEXT PRIMARY KEY,
      number INTEGER NOT NULL UNIQUE,
      email TEXT UNIQUE,
      name TEXT,
      avatar_url TEXT,
      street TEXT, city TEXT, postal_code TEXT, country TEXT,
      tier TEXT NOT NULL CHECK (tier IN ('STANDARD', 'SILVER', 'GOLD')),
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE saved_items (
      user_id TEXT NOT NULL REFERENCES users (id),
      kind TEXT NOT NULL CHECK (kind IN ('User', 'Product', 'Order')),
      ref_id TEXT NOT NULL,
      saved_at TEXT NOT NULL,
      PRIMARY KEY (user_id, kind, ref_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX saved_items_newest ON saved_items (user_id, saved_at DESC);`,
  seed(database) {
    seedUsers(database);
    seedSavedItems(database);
  },
};

function seedUsers(database: DatabaseSync): void {
  const insert = database.prepare('INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  for (const person of people()) {
    insert.run(
      person.id,
      person.number,
      person.email,
      person.name,
      `https://avatars.example.com/${person.id}.png`,
      person.street,
      person.city,
      person.postalCode,
      person.country,
      person.tier,
      person.createdAt,
    );
  }
}

/** Each user saved a handful of things: at least another user, an own order and a product, the rest mostly products. */
function seedSavedItems(database: DatabaseSync): void {
  const insert = database.prepare('INSERT OR IGNORE INTO saved_items VALUES (?, ?, ?, ?)');
  const orders = ordersByBuyer();
  for (let number = 1; number <= peopleCount; number += 1) {
    const draw = stream('saved', number);
    const own = orders.get(`u${number}`) ?? [];
    for (let count = draw.between(4, 14), saved = 0; saved < count; saved += 1) {
      const luck = saved < 3 ? saved * 0.2 : draw.next();
      const savedAt = timestamp(seededUntil - draw.between(1, 365 * 86_400) * (day / 86_400));
      if (luck < 0.12) {
        const other = 1 + ((number + draw.between(0, peopleCount - 2)) % peopleCount);
        insert.run(`u${number}`, 'User', `u${other}`, savedAt);
      } else if (luck < 0.32 && own.length > 0) {
        insert.run(`u${number}`, 'Order', draw.pick(own), savedAt);
      } else {
        insert.run(`u${number}`, 'Product', `p${draw.between(1, catalogueSize)}`, savedAt);
      }
    }
  }
}
