// The seeded products. The products service stores them, the orders service a price list: each computes them here.
import { stream } from './random.ts';
import { type CategoryName, ranges, series } from './ranges.ts';

export const catalogueSize = 500;

export interface CatalogueItem {
  number: number;
  /** `p1` … `p500` */
  id: string;
  name: string;
  description: string;
  /** Euro cents */
  price: number;
  /** Grams */
  weight: number;
  inStock: number;
  category: CategoryName;
  /** 0 to 5, in tenths */
  rating: number;
}

/** All products in the sequence of their numbers. */
export function catalogue(): CatalogueItem[] {
  return Array.from({ length: catalogueSize }, (_, index) => item(index + 1));
}

/** The categories take turns, so that each has 41 or 42 products, and every kind of product comes in several series. */
function item(number: number): CatalogueItem {
  const draw = stream('product', number);
  const categoryIndex = (number - 1) % ranges.length;
  const turn = Math.floor((number - 1) / ranges.length);
  const { category, kinds, promises } = ranges[categoryIndex]!;
  const [kind, price, priceTo, weight, weightTo] = kinds[turn % kinds.length]!;
  // Series and kind come round together only after more than 42 turns (unless a range has 5 or 8 kinds, which divide
  // the 40 series), so no two products have the same name.
  const name = `${series[(turn * 11 + categoryIndex * 7) % series.length]!} ${kind}`;
  const quality = draw.next();
  const soldOut = draw.next() < 0.06;
  return {
    number,
    id: `p${number}`,
    name,
    description: `The ${name}. ${draw.pick(promises)}`,
    // Prices end in 90 cents.
    price: Math.floor((price + quality * (priceTo - price)) / 100) * 100 + 90,
    weight: draw.between(weight, weightTo),
    inStock: soldOut ? 0 : draw.between(1, 240),
    category,
    rating: Math.round((3 + 1.4 * Math.sqrt(quality) + 0.6 * draw.next()) * 10) / 10,
  };
}
