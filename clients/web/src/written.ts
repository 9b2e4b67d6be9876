// Texts of amounts, days and values of enums on the page.
import type { OrderStatus, PaymentMethod, PaymentStatus, PriceFragment, Tier } from '../generated/operations.ts';

const language = 'en';

/** @param price in the currency's minor unit. */
export function writePrice({ amount, currency }: PriceFragment): string {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** @param time RFC 3339. The day is that of UTC, as the services count. */
export function writeDay(time: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(time));
}

/** Values of enums: GOLD is written Gold. */
export function writeValue(value: OrderStatus | PaymentMethod | PaymentStatus | Tier): string {
  return `${value.charAt(0)}${value.slice(1).toLowerCase()}`;
}
