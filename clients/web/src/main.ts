// Profile page of the shop: the signed-in user, with everything on the page from one request.
/// <reference lib="dom" />
import { createClient, RequestError } from '../generated/sdk.ts';
import { byId, element } from './element.ts';
import { notice, profileView } from './profile-view.ts';
import { type DemoUser, demoUsers, SignIn } from './sign-in.ts';
import { storyView } from './story-view.ts';

const signIn = new SignIn();
const client = createClient({ url: '/graphql/web', token: () => signIn.token() });
let shown = new AbortController();

async function show(user: DemoUser | null): Promise<void> {
  // The request for the user before must not fill the page any more.
  shown.abort();
  shown = new AbortController();
  const { signal } = shown;
  signIn.choose(user);
  byId('who').replaceChildren(...(user ? [element('button', { onclick: () => void show(null) }, 'Sign out')] : []));
  byId('story').replaceChildren();
  const page = byId('page');
  if (!user) {
    page.ariaBusy = 'false';
    page.replaceChildren(...signInChoices());
    return;
  }
  page.ariaBusy = 'true';
  const started = performance.now();
  try {
    const result = await client.profile({ orders: 5, recommendations: 6 }, { signal });
    // The user may have signed out between the token and the request.
    signal.throwIfAborted();
    page.replaceChildren(...profileView(result));
    byId('story').replaceChildren(storyView(result.errors, performance.now() - started));
  } catch (error) {
    if (signal.aborted) return;
    page.replaceChildren(...unreachable(error as Error, user));
  }
  page.ariaBusy = 'false';
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
