// Signing in as one of the demo's users, by the endpoint that `concierge dev` has for it. A shop that is open to the public has
// its tokens from an identity provider instead.
/// <reference lib="dom" />

export interface DemoUser {
  name: string;
  /** One of `authentication.development.users` in gateway.config.ts. */
  subject: string;
}

export const demoUsers: readonly DemoUser[] = [
  { name: 'Julien', subject: 'u1' },
  { name: 'Tariq', subject: 'u2' },
];

const remembered = 'web:user';

/** A token is renewed when it has less than this left, in milliseconds. */
const margin = 30_000;

export class SignIn {
  #user: DemoUser | null = demoUsers.find(({ subject }) => subject === sessionStorage.getItem(remembered)) ?? null;
  #token = '';
  #until = 0;

  get user(): DemoUser | null {
    return this.#user;
  }

  choose(user: DemoUser | null): void {
    this.#user = user;
    this.#until = 0;
    if (user) sessionStorage.setItem(remembered, user.subject);
    else sessionStorage.removeItem(remembered);
  }

  /**
   * The user's token; null where no user is signed in.
   * @throws Error with the reason.
   */
  async token(): Promise<string | null> {
    const user = this.#user;
    if (!user) return null;
    if (Date.now() < this.#until) return this.#token;
    const response = await fetch('/development/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-concierge-development': 'sign-in' },
      body: JSON.stringify({ user: user.subject }),
    });
    if (!response.ok) throw new Error(`There is no token for ${user.name} (HTTP ${response.status}).`);
    const { token, expiresIn } = await response.json();
    // Another user may have signed in meanwhile.
    if (this.#user === user) {
      this.#token = token;
      this.#until = Date.now() + expiresIn * 1000 - margin;
    }
    return token;
  }
}
