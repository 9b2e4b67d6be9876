// Profile page of the shop: the signed-in user, with everything on the page from one request.
/// <reference lib="dom" />
import type { ProductCardFragment } from '../generated/operations.ts';
import { createRequest, RequestError, sendPlaceOrder, sendProfile, sendReadNotifications } from '../generated/sdk.ts';
import { byId, element } from './element.ts';
import { type Fault, noFault } from './faults.ts';
import { followOrders } from './live-orders.ts';
import { notice, profileView, showStatus } from './profile-view.ts';
import { type DemoUser, demoUsers, SignIn } from './sign-in.ts';
import { Story } from './story-view.ts';

const signIn = new SignIn();
const url = '/graphql/web';
const request = createRequest({ url, token: () => signIn.token() });
let shown = new AbortController();
let fault: Fault = noFault;

async function show(user: DemoUser | null): Promise<void> {
  // The request for the user before must not fill the page any more.
  shown.abort();
  shown = new AbortController();
  const { signal } = shown;
  signIn.choose(user);
  byId('who').replaceChildren(...(user ? [element('button', { onclick: () => void show(null) }, 'Sign out')] : []));
  const page = byId('page');
  if (!user) {
    byId('story').replaceChildren();
    page.ariaBusy = 'false';
    page.replaceChildren(...signInChoices());
    return;
  }
  page.ariaBusy = 'true';
  const started = performance.now();
  try {
    const headers: Record<string, string> = fault.header === null ? {} : { 'x-concierge-fault': fault.header };
    const result = await sendProfile(request, { orders: 5, recommendations: 6 }, { signal, headers });
    // The user may have signed out between the token and the request.
    signal.throwIfAborted();
    const order = (product: ProductCardFragment) => void placeOrder(user, product);
    const readNotifications = () => void markAsRead(user);
    page.replaceChildren(...profileView(result, { order, readNotifications }));
    const story = new Story({
      errors: result.errors,
      degraded: result.degraded,
      milliseconds: performance.now() - started,
      fault,
      onFault: (chosen) => {
        fault = chosen;
        // The buttons are new ones then.
        void show(user).then(() => byId('story').querySelector<HTMLElement>('[aria-pressed="true"]')?.focus());
      },
    });
    byId('story').replaceChildren(story.element);
    void followOrders({
      url,
      token: () => signIn.token(),
      signal,
      onOrder: ({ id, status }) => {
        showStatus(page, id, status);
        story.addEvent(id, status);
      },
    });
  } catch (error) {
    if (signal.aborted) return;
    page.replaceChildren(...unreachable(error as Error, user));
  }
  page.ariaBusy = 'false';
}

function placeOrder(user: DemoUser, { id }: ProductCardFragment): Promise<void> {
  const input = { userId: user.subject, lines: [{ productId: id, quantity: 1 }] };
  return change(user, 'The order could not be placed', (signal) => sendPlaceOrder(request, { input }, { signal }));
}

function markAsRead(user: DemoUser): Promise<void> {
  const send = (signal: AbortSignal) => sendReadNotifications(request, { userId: user.subject }, { signal });
  return change(user, 'The notifications could not be marked', send);
}

/** The mutation invalidates what the gateway has cached of the user: the page shows the change when it is loaded again. */
async function change(user: DemoUser, failure: string, send: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const { signal } = shown;
  byId('page').ariaBusy = 'true';
  try {
    await send(signal);
    if (!signal.aborted) await show(user);
  } catch (error) {
    if (signal.aborted) return;
    byId('page').ariaBusy = 'false';
    byId('page').prepend(notice(`${failure}: ${(error as Error).message}`));
  }
}

function signInChoices(): HTMLElement[] {
  return [
    element('h1', {}, 'Welcome'),
    element('p', { className: 'quiet' }, 'Sign in to see your orders, and what we picked for you.'),
    element(
      'div',
      { className: 'choices' },
      ...demoUsers.map((user) => element('button', { onclick: () => void show(user) }, `Sign in as ${user.name}`)),
    ),
  ];
}

function unreachable(error: Error, user: DemoUser): HTMLElement[] {
  const rejected = error instanceof RequestError && error.status !== null;
  return [
    element('h1', {}, 'We will be right back'),
    notice(rejected || !(error instanceof RequestError) ? error.message : 'The shop cannot be reached right now.'),
    element('button', { onclick: () => void show(user) }, 'Try again'),
  ];
}

void show(signIn.user);
