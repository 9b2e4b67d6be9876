// Faults on demand: what the page looks like while a service is slow, failing or gone, for its own requests alone.

export interface Fault {
  /** On its button. */
  label: string;
  /** Value of the request header `x-concierge-fault`; null for none. */
  header: string | null;
}

export const noFault: Fault = { label: 'No fault', header: null };

export const faults: readonly Fault[] = [
  noFault,
  { label: 'Slow products', header: 'products; delay=1s' },
  { label: 'Products time out', header: 'products; delay=30s' },
  { label: 'Orders down', header: 'orders; status=503' },
  { label: 'Users fail half the time', header: 'users; errors=50%' },
  { label: 'Notifications time out', header: 'notifications; delay=30s' },
  { label: 'Payments down', header: 'payments; status=503' },
  { label: 'No prices', header: 'products.price; null' },
];
