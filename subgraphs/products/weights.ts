// Weight of an order, from the products and quantities in it.
import type { OrderContents } from './generated/resolvers.ts';
import type { Context } from './loaders.ts';

/** Grams, or null when one of the products does not exist. */
export async function weighOrder({ lines }: OrderContents, { products }: Context): Promise<number | null> {
  const rows = await Promise.all(lines.map(({ product }) => products.load(product.id)));
  let weight = 0;
  for (const [index, row] of rows.entries()) {
    if (!row) return null;
    weight += row.weight * lines[index]!.quantity;
  }
  return weight;
}
