// What runs in the browser, on GraphiQL's page. The function is sent as text: it knows nothing that is outside of it.
/// <reference lib="dom" />

export interface SignInSettings {
  users: { name: string; subject: string; rights: string[] }[];
  /** Where tokens are had, and the header that says that this page asks. */
  path: string;
  header: string;
  /** Headers that say who is asking, in lower case: where the headers editor has one, it is left alone. */
  credentials: string[];
}

/** Draws the bar into the form `sign-in`, and puts the chosen user's token on what the page asks of its own address. */
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
      label.append(input, one ? one.name : 'nobody');
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
    // Whether it can be had is shown now, not with the first query.
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
    const own = origin === location.origin && pathname === location.pathname;
    if (!user || !own || credentials.some((name) => request.headers.has(name))) return send(request);
    const bearer = await token(user.subject);
    if (bearer !== null) request.headers.set('authorization', `Bearer ${bearer}`);
    const response = await send(request);
    // The gateway may have another key since: the next question is asked with a fresh token.
    if (response.status === 401) held = null;
    return response;
  };

  draw();
}
