// Profile view: the data of a partial response, with a short note in place of missing data.
/// <reference lib="dom" />
import type { OrderStatus, ProductCardFragment, ProfileQuery } from '../generated/operations.ts';
import type { GraphQLFailure, Result } from '../generated/sdk.ts';
import { element } from './element.ts';
import { isMissing } from './missing.ts';
import { notificationsView } from './notifications-view.ts';
import { writeDay, writePrice, writeValue } from './written.ts';

type Profile = NonNullable<ProfileQuery['profile']>;
type Orders = NonNullable<Profile['orders']>;

export interface ProfileActions {
  /** Orders one piece of a product. */
  order(product: ProductCardFragment): void;
  /** Marks all notifications as read. */
  readNotifications(): void;
}

export function profileView({ data, errors, degraded }: Result<ProfileQuery>, actions: ProfileActions): HTMLElement[] {
  const profile = data?.profile;
  if (!profile) return [notice('Your profile cannot be shown right now.')];
  return [
    greeting(profile, errors),
    ...(isMissing(errors, 'profile', 'notifications') ? [notice('Notifications cannot be shown right now.')] : []),
    notificationsView(profile, actions.readNotifications),
    element(
      'div',
      { className: 'columns' },
      section('Your orders', ordersView(profile.orders, errors)),
      section(
        'Picked for you',
        recommendationsView(profile.recommendations, isMissing(degraded, 'profile', 'recommendations'), actions),
      ),
    ),
  ].filter((part) => part !== null);
}

export function notice(text: string): HTMLElement {
  const shown = element('p', { className: 'notice' }, text);
  shown.setAttribute('role', 'status');
  return shown;
}

function greeting({ name, tier }: Profile, errors: readonly GraphQLFailure[]): HTMLElement {
  const lost = isMissing(errors, 'profile', 'name');
  return element(
    'div',
    {},
    element('h1', {}, name === null ? 'Hello' : `Hello, ${name}`),
    tier && element('p', { className: 'quiet' }, `${writeValue(tier)} customer`),
    lost ? notice('Your account cannot be shown right now.') : null,
  );
}

function section(title: string, content: readonly HTMLElement[]): HTMLElement {
  const shown = element('section', { className: 'card' }, element('h2', {}, title), ...content);
  shown.setAttribute('aria-label', title);
  return shown;
}

function ordersView(orders: Orders | null, errors: readonly GraphQLFailure[]): HTMLElement[] {
  if (!orders) return [notice('Your orders cannot be shown right now. They are safe.')];
  if (orders.nodes.length === 0) return [element('p', { className: 'quiet' }, 'There are none yet.')];
  const list = element('ol', { className: 'orders' }, ...orders.nodes.map(orderView));
  const lost = (field: string) => isMissing(errors, 'profile', 'orders', 'nodes', '*', field);
  return [
    list,
    ...(lost('shippingEstimate') ? [notice('What shipping costs cannot be shown right now.')] : []),
    ...(lost('payment') ? [notice('Payments cannot be shown right now.')] : []),
  ];
}

function orderView(order: Orders['nodes'][number]): HTMLElement {
  const { id, placedAt, status, total, payment, shippingEstimate } = order;
  return element(
    'li',
    {},
    element('span', {}, `Order ${id}`, statusView(id, status)),
    element('span', { className: 'amount' }, writePrice(total)),
    element('time', { className: 'quiet', dateTime: placedAt }, writeDay(placedAt)),
    element(
      'span',
      { className: 'quiet shipping' },
      shippingEstimate ? `shipping ${writePrice(shippingEstimate)}` : '',
    ),
    payment &&
      element(
        'span',
        { className: 'quiet payment' },
        `${writeValue(payment.method)}, ${writeValue(payment.status).toLowerCase()}`,
      ),
  );
}

function statusView(id: string, status: OrderStatus): HTMLElement {
  const shown = element('span', { className: 'status' }, writeValue(status));
  shown.dataset.order = id;
  return shown;
}

/** Shows a new status of an order; nothing where the page does not have the order. */
export function showStatus(page: HTMLElement, id: string, status: OrderStatus): void {
  for (const shown of page.querySelectorAll<HTMLElement>('.status')) {
    if (shown.dataset.order !== id) continue;
    shown.textContent = writeValue(status);
    shown.classList.remove('changed');
    // Read, so that the browser starts the animation again.
    void shown.offsetWidth;
    shown.classList.add('changed');
  }
}

function recommendationsView(
  products: readonly ProductCardFragment[] | null,
  isFallback: boolean,
  actions: ProfileActions,
): HTMLElement[] {
  if (!products || isFallback) return [notice('We cannot pick anything for you right now.')];
  return [element('ul', { className: 'products' }, ...products.map((product) => productView(product, actions)))];
}

function productView(product: ProductCardFragment, { order }: ProfileActions): HTMLElement {
  const { name, rating, price } = product;
  const picture = element('div', { className: 'picture' }, name?.charAt(0) ?? '?');
  picture.setAttribute('aria-hidden', 'true');
  return element(
    'li',
    {},
    picture,
    element('div', { className: 'name' }, name ?? 'A product'),
    rating === null ? null : element('div', { className: 'quiet' }, `★ ${rating.toFixed(1)} of 5`),
    price && element('div', { className: 'amount' }, writePrice(price)),
    element('button', { onclick: () => order(product), ariaLabel: `Order ${name ?? 'it'}` }, 'Order'),
  );
}
