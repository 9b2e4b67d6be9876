// The seeded orders: buyer, products, date. The orders service stores them; the users service needs only the ids of
// each buyer.

import { day, firstOrderAt, seededUntil, timestamp } from './calendar.ts';
import type { CatalogueItem } from './catalogue.ts';
import { peopleCount } from './people.ts';
import { stream } from './random.ts';

export const purchaseCount = 20_000;

export interface Purchase {
  number: number;
  /** `o1` … `o20000`, the oldest first */
  id: string;
  userId: string;
  status: 'PLACED' | 'PAID' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED';
  placedAt: string;
  lines: { productId: string; quantity: number; unitPrice: number }[];
}

const step = (seededUntil - firstOrderAt) / purchaseCount;

/** The buyer of an order. A few people buy a lot: `u1` has about a hundred orders, most have 15 to 25. */
export function buyerOf(orderNumber: number): string {
  return `u${1 + Math.floor(peopleCount * stream('buyer', orderNumber).next() ** 1.3)}`;
}

/** The order ids of each user, the oldest first. */
export function ordersByBuyer(): Map<string, string[]> {
  const byBuyer = new Map<string, string[]>();
  for (let number = 1; number <= purchaseCount; number += 1) {
    const buyer = buyerOf(number);
    const orders = byBuyer.get(buyer);
    if (orders) orders.push(`o${number}`);
    else byBuyer.set(buyer, [`o${number}`]);
  }
  return byBuyer;
}

export function purchase(number: number, catalogue: readonly CatalogueItem[]): Purchase {
  const draw = stream('order', number);
  // Each order has a slot of its own in time, so that a higher number is a later order.
  const placedAt = firstOrderAt + (number - 1 + draw.next() * 0.9) * step;
  const lines = Array.from({ length: lineCount(draw.next()) }, () => {
    const { id, price } = draw.pick(catalogue);
    return { productId: id, quantity: draw.next() < 0.7 ? 1 : draw.between(2, 4), unitPrice: price };
  });
  return {
    number,
    id: `o${number}`,
    userId: buyerOf(number),
    status: statusAt((seededUntil - placedAt) / day, draw.next()),
    placedAt: timestamp(placedAt),
    lines,
  };
}

function lineCount(chance: number): number {
  return chance < 0.35 ? 1 : chance < 0.65 ? 2 : chance < 0.83 ? 3 : chance < 0.94 ? 4 : 5;
}

function statusAt(ageInDays: number, chance: number): Purchase['status'] {
  if (chance < 0.05) return 'CANCELLED';
  if (ageInDays < 1.5) return 'PLACED';
  if (ageInDays < 4) return 'PAID';
  if (ageInDays < 10) return 'SHIPPED';
  return 'DELIVERED';
}
