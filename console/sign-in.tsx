// Sign-in: the token of the listener, which stays in the memory of the page and is gone when it is loaded again.
import { useState } from 'preact/hooks';
import type { StreamState } from './stream.ts';

const problems: Partial<Record<StreamState, string>> = {
  'wrong-token': 'This is not the token.',
  locked: 'There were too many wrong tokens from this address. Try again in a minute.',
};

export function SignIn({ state, onToken }: { state: StreamState; onToken(token: string): void }) {
  const [token, setToken] = useState('');
  const problem = problems[state];
  return (
    <form
      class="sign-in card"
      onSubmit={(event) => {
        event.preventDefault();
        if (token !== '') onToken(token.trim());
      }}
    >
      <h1>Sign in</h1>
      <p>
        With the token of the listener for operators, <code>admin.token</code> of the configuration.
      </p>
      <label>
        Token
        <input
          type="password"
          autocomplete="current-password"
          value={token}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
          aria-describedby="sign-in-problem"
        />
      </label>
      <p id="sign-in-problem" class="bad" role="alert">
        {problem}
      </p>
      <button type="submit" class="action">
        Sign in
      </button>
    </form>
  );
}
