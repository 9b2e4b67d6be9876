// Page of a gateway in development that cannot serve: what is wrong, loaded again every second until it is mended.
import { hash } from 'node:crypto';
import type { Problem } from '../../server/problems/problems-handler.ts';

const style = `
  :root { color-scheme: light dark; --text: #1f2533; --quiet: #5b6475; --ground: #fff; --panel: #f6f1f0; --mark: #b3261e; }
  @media (prefers-color-scheme: dark) {
    :root { --text: #e6e9f0; --quiet: #a3acbd; --ground: #14171f; --panel: #241b1d; --mark: #ff8a80; }
  }
  body { margin: 0; padding: 6vh 24px; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 860px; margin: 0 auto; }
  h1 { font-size: 24px; margin: 0 0 4px; }
  p { margin: 0 0 24px; color: var(--quiet); }
  h2 { font-size: 16px; margin: 24px 0 8px; color: var(--mark); }
  pre { margin: 0; padding: 14px 16px; background: var(--panel); border-left: 3px solid var(--mark); border-radius: 4px; font: 14px/1.55 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
`;

export function renderProblemPage(problems: readonly Problem[]): { html: string; policy: string } {
  const sections = problems.map(
    ({ subject, message }) => `<section><h2>${escaped(subject)}</h2><pre>${escaped(message)}</pre></section>`,
  );
  const html = [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><title>Concierge cannot start</title>',
    '<meta name="viewport" content="width=device-width">',
    '<meta http-equiv="refresh" content="1">',
    `<style>${style}</style></head>`,
    '<body><main><h1>Concierge cannot start</h1>',
    '<p>Mend what stands below and save it: this page reloads by itself.</p>',
    ...sections,
    '</main></body></html>',
  ].join('\n');
  return { html, policy: `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'` };
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
