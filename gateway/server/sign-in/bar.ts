// Sign-in bar above GraphiQL in development: a choice of users. It adds the chosen user's token to the requests of
// GraphiQL.
import type { AuthenticationConfig } from '../../config/authentication.ts';
import { runSignInBar } from './in-browser.ts';
import { ownPageHeader } from './own-page.ts';
import { signInPath } from './token-handler.ts';

const style = `
  body { display: flex; flex-direction: column; height: 100vh; margin: 0; }
  #root { flex: 1; min-height: 0; }
  #root .graphiql-container { height: 100%; }
  #sign-in { background: #1f2533; color: #fff; display: flex; align-items: center; gap: 16px; padding: 6px 16px; font: 14px/1.5 system-ui, sans-serif; }
  #sign-in fieldset { display: flex; align-items: center; gap: 6px; border: 0; margin: 0; padding: 3px; overflow-x: auto; white-space: nowrap; }
  #sign-in legend { float: left; margin-right: 8px; padding: 0; }
  #sign-in label { position: relative; padding: 2px 12px; border: 1px solid #8b95ad; border-radius: 14px; cursor: pointer; }
  #sign-in label:hover { background: #323b52; }
  #sign-in input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
  #sign-in label:has(:checked) { background: #fff; border-color: #fff; color: #1f2533; font-weight: 600; }
  #sign-in label:has(:focus-visible) { outline: 2px solid #7cc4ff; outline-offset: 1px; }
  #sign-in output { margin-left: auto; color: #c9d1e3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
`;

/** HTML above GraphiQL; empty without users to choose from. */
export function signInBar({ development: { users }, apiKeys }: AuthenticationConfig): string {
  if (users.length === 0) return '';
  const settings = {
    users: users.map(({ name, subject, scopes, roles }) => ({ name, subject, rights: [...roles, ...scopes] })),
    path: signInPath,
    header: ownPageHeader,
    credentials: ['authorization', ...(apiKeys ? [apiKeys.header] : [])],
  };
  return [
    `<style>${style}</style>`,
    '<form id="sign-in" aria-label="Sign in"></form>',
    // A name must not end the script.
    `<script>(${runSignInBar})(${JSON.stringify(settings).replaceAll('<', '\\u003c')});</script>`,
  ].join('\n');
}
