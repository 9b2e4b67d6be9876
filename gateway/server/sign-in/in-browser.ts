// Browser script of the sign-in bar, for GraphiQL's page. The function is sent as text: it cannot use anything outside
// of it.
/// <reference lib="dom" />

export interface SignInSettings {
  users: { name: string; subject: string; rights: string[] }[];
  /** Path of the sign-in endpoint, and the header that it requires. */
  path: string;
  header: string;
  /** Headers with credentials, in lower case: a request with one from the headers editor is not changed. */
  credentials: string[];
}

/** Renders the bar into the form `sign-in`, and adds the chosen user's token to the page's requests to its own URL, or below it. */
export function runSignInBar({ users, path, header, credentials }: SignInSettings): void {
  const remembered = 'concierge:user';
  /** A token is renewed when it has less than this left, in milliseconds. */
  const margin = 30_000;
  const form = document.querySelector('#sign-in') as HTMLFormElement;
  const status = document.createElement('output');
  const send = window.fetch.bind(window);
  let user = users.find(({ subject }) => subject === localStorage.getItem(remembered));
  let held: { token: Promise<string | null>; until: number } | null = null;

  function draw(): void {
    const choices = document.createElement('fieldset');
    const legend = document.createElement('legend');
    legend.textContent = 'Signed in as';
    choices.append(legend);
    for (const one of [undefined, ...users]) {
      const label = document.createElement('label');
      const input = document.createElement('input');
      input.type = 'radio';
      input.name = 'user';
      input.checked = one === user;
      input.addEventListener('change', () => choose(one));
      label.append(input, one ? one.name : 'anonymous');
      choices.append(label);
    }
    form.append(choices, status);
    choose(user);
  }

  function choose(one: SignInSettings['users'][number] | undefined): void {
    user = one;
    held = null;
    if (one) localStorage.setItem(remembered, one.subject);
    else localStorage.removeItem(remembered);
    status.textContent = one ? [one.subject, ...one.rights].join(' · ') : 'Signed out';
    // Fetched now, to show a failure at once and not with the first query.
    if (one) token(one.subject);
  }

  /** The token of the user, or null, with the reason shown. */
  function token(subject: string): Promise<string | null> {
    if (held && Date.now() < held.until) return held.token;
    const requested = { token: fetchToken(subject), until: Number.POSITIVE_INFINITY };
    held = requested;
    return requested.token;

    async function fetchToken(subject: string): Promise<string | null> {
      try {
        const response = await send(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', [header]: 'sign-in' },
          body: JSON.stringify({ user: subject }),
        });
        const result = await response.json();
        if (!response.ok) throw new Error(result.errors[0].message);
        requested.until = Date.now() + result.expiresIn * 1000 - margin;
        return result.token;
      } catch (error) {
        requested.until = 0;
        if (held === requested) status.textContent = `Signing in failed: ${(error as Error).message}`;
        return null;
      }
    }
  }

  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname } = new URL(request.url);
    // A page whose path ends with a slash sends requests below it.
    const below = location.pathname.endsWith('/') && pathname.startsWith(location.pathname);
    const own = origin === location.origin && (below || pathname === location.pathname);
    if (!user || !own || credentials.some((name) => request.headers.has(name))) return send(request);
    const bearer = await token(user.subject);
    if (bearer !== null) request.headers.set('authorization', `Bearer ${bearer}`);
    const response = await send(request);
    // The gateway may have another key by now: the next request gets a fresh token.
    if (response.status === 401) held = null;
    return response;
  };

  draw();
}
