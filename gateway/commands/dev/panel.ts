// The panel that `concierge dev` shows when everything runs: where things are, and one query to try.
import { styleText } from 'node:util';
import type { CheckedConfig } from '../../config/config.ts';

/** @param seconds how long it took until everything was ready. */
export function panel(url: string, config: CheckedConfig, seconds: number): string {
  const rows: [string, string][] = [
    ['GraphQL', `${url}/graphql`],
    ['GraphiQL', `${url}/graphql in a browser`],
    ['Health', `${url}/healthcheck, ${url}/readiness`],
    ...Object.entries(config.subgraphs).map(([name, subgraph]): [string, string] => [
      name,
      [subgraph.url ?? []].flat().map(withoutCredentials).join(', '),
    ]),
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const table = rows.map(([label, text]) => `  ${styleText('dim', label.padEnd(width))}  ${text}`);
  return [
    '',
    `  ${styleText('bold', 'Concierge')} is ready (${seconds.toFixed(1)} s)`,
    '',
    ...table,
    ...exampleLines(url, config),
    '',
  ].join('\n');
}

function exampleLines(url: string, config: CheckedConfig): string[] {
  const example = typeof config.graphiql === 'object' ? config.graphiql.examples[0] : undefined;
  if (!example) return [];
  const query = example.query
    .replace(/#.*$/gm, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{}]) ?/g, ' $1 ')
    .replace(/ +/g, ' ')
    .trim();
  const headers = Object.entries({ 'content-type': 'application/json', ...example.headers });
  const body = JSON.stringify({ query, ...(example.variables && { variables: example.variables }) });
  return [
    '',
    `  ${styleText('dim', 'Try')}`,
    '',
    `curl ${url}/graphql ${headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`).join(' ')} -d ${quoted(body)}`,
  ];
}

function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
