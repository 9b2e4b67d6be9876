// Problem bar above GraphiQL in development: errors in what `concierge dev` runs, for as long as they last.
import { ownPageHeader } from '../sign-in/own-page.ts';
import { runProblemBar } from './in-browser.ts';
import { problemsPath } from './problems-handler.ts';

const style = `
  body { display: flex; flex-direction: column; height: 100vh; margin: 0; }
  #root { flex: 1; min-height: 0; }
  #root .graphiql-container { height: 100%; }
  #problems { background: #8c1d18; color: #fff; font: 14px/1.5 system-ui, sans-serif; max-height: 40vh; overflow: auto; }
  #problems details { padding: 6px 16px; }
  #problems details + details { border-top: 1px solid #b3544f; }
  #problems summary { cursor: pointer; font-weight: 600; overflow-wrap: anywhere; }
  #problems pre { margin: 6px 0 4px; font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
  #problems summary:focus-visible { outline: 2px solid #fff; outline-offset: 1px; }
`;

/** HTML above GraphiQL; empty while there is no problem. */
export function problemBar(): string {
  const settings = { path: problemsPath, header: ownPageHeader };
  return [
    `<style>${style}</style>`,
    '<section id="problems" role="alert" aria-label="Problems" hidden></section>',
    `<script>(${runProblemBar})(${JSON.stringify(settings)});</script>`,
  ].join('\n');
}
