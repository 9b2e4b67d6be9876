// Landing page: what the gateway serves, at `/`, as a page for browsers and as JSON for everything else. It names clients
// and the console in development alone.
import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { negotiate } from '../pipeline/accept.ts';
import { sendJson } from './json-response.ts';
import { logo, pageHead } from './logo.ts';
import { allowed, handleOtherMethods } from './methods.ts';

export interface LandingPageOptions {
  version: string;
  /** Path of the graph; null where it is served to clients alone. */
  graph: string | null;
  /** Whether GraphiQL is served at the path of the graph, and at those of the clients. */
  graphiql: boolean;
  /** Path of the console; null where it is elsewhere, or nowhere. */
  console: string | null;
  /** Empty where clients are not to be listed. */
  clients: readonly LandingClient[];
}

export interface LandingClient {
  name: string;
  path: string;
  /** Path of the page of its REST façade; null where there is none. */
  rest: string | null;
  /** Whether it has trusted documents only. */
  isTrustedOnly: boolean;
}

const methods = allowed('GET');

const documentation = 'https://www.npmjs.com/package/concierge-gateway';

const style = `
:root { color-scheme: light dark; --ground: #f4f5f8; --card: #fff; --text: #1c2230; --quiet: #596275; --line: #dde1ea; --link: #1d4fd7; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171f; --card: #1d222d; --text: #eceff5; --quiet: #a0a9bc; --line: #323a4a; --link: #8db4ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: clamp(1.5rem, 8vh, 5rem) 1.25rem 3rem; }
header { display: flex; align-items: center; gap: .75rem; margin-bottom: 1.75rem; }
header svg { width: 2.5rem; height: 2.5rem; flex: none; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; letter-spacing: -.01em; }
header small { color: var(--quiet); font-size: .9rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .35rem 1.1rem; margin-bottom: 1rem; }
h2 { margin: 1.5rem 0 .5rem; font-size: .95rem; color: var(--quiet); font-weight: 600; }
dl { margin: 0; }
dl > div { display: flex; flex-wrap: wrap; gap: .1rem 1rem; align-items: baseline; padding: .6rem 0; border-top: 1px solid var(--line); }
dl > div:first-child { border-top: 0; }
dt { flex: 0 0 9rem; font-weight: 600; overflow-wrap: anywhere; }
dd { margin: 0; flex: 1 1 14rem; color: var(--quiet); overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 3px; }
code { font: .92em ui-monospace, monospace; color: var(--text); }
a code { color: inherit; }
`;

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

type Row = readonly [term: string, description: string];

/** Serves the page, and the same as JSON to clients that do not prefer a page. */
export function createLandingPage(
  options: LandingPageOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const page = render(options);
  const summary = summarize(options);
  return (request, response) => {
    if (handleOtherMethods(request, response, methods)) return;
    response.setHeader('vary', 'Accept');
    if (!negotiate(request.headers.accept).page) {
      sendJson(response, 200, summary);
      return;
    }
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(page),
      'cache-control': 'no-store',
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
    response.end(page);
  };
}

function summarize({ version, graph, console, clients }: LandingPageOptions): object {
  const described = clients.filter(({ rest }) => rest !== null);
  return {
    name: 'Concierge',
    version,
    ...(graph !== null && { graphql: graph }),
    ...(clients.length > 0 && { clients: Object.fromEntries(clients.map(({ name, path }) => [name, path])) }),
    ...(described.length > 0 && { rest: Object.fromEntries(described.map(({ name, rest }) => [name, rest])) }),
    ...(console !== null && { console }),
    healthcheck: '/healthcheck',
    readiness: '/readiness',
    documentation,
  };
}

function render({ version, graph, graphiql, console, clients }: LandingPageOptions): string {
  const graphRows: Row[] = graph === null ? [] : [['GraphQL', code(graph)]];
  if (graph !== null && graphiql) graphRows.push(['GraphiQL', `${link(graph)}, to write and run queries`]);
  const clientRows = clients.map(
    ({ name, path, rest, isTrustedOnly }): Row => [
      text(name),
      [
        graphiql ? `${link(path)}${isTrustedOnly ? ', to run its trusted documents' : ''}` : code(path),
        ...(rest === null ? [] : [`${link(rest)}, its REST API`]),
      ].join('<br>'),
    ],
  );
  const otherRows: Row[] = [
    ...(console === null ? [] : [['Console', `${link(console)}, to see requests, operations and subgraphs`] as const]),
    ['Health', `${link('/healthcheck')} and ${link('/readiness')}`],
    ['Documentation', link(documentation, 'concierge-gateway on npm')],
  ];
  return `${pageHead(style)}
<body>
<main>
<header>${logo}<h1>Concierge</h1><small>${text(version)}</small></header>
${table(graphRows)}${clientRows.length > 0 ? `<h2>Clients</h2>\n${table(clientRows)}<h2>Gateway</h2>\n` : ''}${table(otherRows)}</main>
</body>
</html>
`;
}

function table(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(([term, description]) => `<div><dt>${term}</dt><dd>${description}</dd></div>`);
  return `<section><dl>\n${lines.join('\n')}\n</dl></section>\n`;
}

function code(value: string): string {
  return `<code>${text(value)}</code>`;
}

function link(url: string, label?: string): string {
  return `<a href="${text(url)}">${label === undefined ? code(url) : text(label)}</a>`;
}

/** Text for an element or an attribute in double quotes. */
function text(value: string): string {
  return value.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
