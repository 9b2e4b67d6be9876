// Shipping costs of an order.

export interface Parcel {
  /** Grams */
  weight: number;
  /** Euro cents */
  value: number;
}

const base = 390;
const perKilogram = 60;
const insuredFrom = 50_000;
const insuranceRate = 0.005;

/** Euro cents: a base price, something for each kilogram begun, and insurance for what is worth 500 euros or more. */
export function estimateShipping({ weight, value }: Parcel): number {
  const insurance = value >= insuredFrom ? Math.round(value * insuranceRate) : 0;
  return base + Math.ceil(weight / 1000) * perKilogram + insurance;
}
