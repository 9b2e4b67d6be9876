// Panel that `concierge dev` prints when everything runs: URLs, users to sign in as, and an example query.
import { styleText } from 'node:util';
import type { CheckedConfig } from '../../config/config.ts';

/**
 * @param seconds time until everything was ready.
 * @param tokenCommand command that prints a token, without the options for the user.
 * @param pages URLs of clients' own development servers.
 */
export function panel(
  url: string,
  config: CheckedConfig,
  seconds: number,
  tokenCommand: readonly string[],
  pages: readonly { client: string; url: string }[] = [],
): string {
  const users = config.authentication.development.users.map(({ name }) => name);
  const rows: [string, string][] = [
    ['GraphQL', `${url}/graphql`],
    ['GraphiQL', `${url}/graphql in a browser`],
    ...pages.map(({ client, url }): [string, string] => [`Client ${client}`, `${url} in a browser`]),
    ['Health', `${url}/healthcheck, ${url}/readiness`],
    ...Object.entries(config.subgraphs).map(([name, subgraph]): [string, string] => [
      name,
      [subgraph.url ?? []].flat().map(withoutCredentials).join(', '),
    ]),
  ];
  if (users.length > 0) rows.push(['Sign in', `in GraphiQL as ${users.join('; ')}`]);
  const width = Math.max(...rows.map(([label]) => label.length));
  const table = rows.map(([label, text]) => `  ${styleText('dim', label.padEnd(width))}  ${text}`);
  return [
    '',
    `  ${styleText('bold', 'Concierge')} is ready (${seconds.toFixed(1)} s)`,
    '',
    ...table,
    ...exampleLines(url, config, tokenCommand),
    '',
  ].join('\n');
}

/** Commands to copy into a terminal: a token of the first user, and the first example with it. */
function exampleLines(url: string, config: CheckedConfig, tokenCommand: readonly string[]): string[] {
  const example = typeof config.graphiql === 'object' ? config.graphiql.examples[0] : undefined;
  const user = config.authentication.development.users[0];
  const lines: string[] = [];
  if (user) {
    const { subject, scopes, roles } = user;
    const userOptions = ['--sub', subject, ...(scopes.length > 0 ? ['--scope', scopes.join(' ')] : [])];
    const words = [...tokenCommand, ...userOptions, ...roles.flatMap((role) => ['--role', role])];
    lines.push(`TOKEN=$(${words.map(quotedIfNeeded).join(' ')})`);
  }
  if (example) {
    const query = example.query
      .replace(/#.*$/gm, '')
      .replace(/\s+/g, ' ')
      .replace(/ ?([{}]) ?/g, ' $1 ')
      .replace(/ +/g, ' ')
      .trim();
    const headers = Object.entries({ 'content-type': 'application/json', ...example.headers }).map(([name, value]) =>
      quoted(`${name}: ${value}`),
    );
    const signsIn = Object.keys(example.headers ?? {}).some((name) => name.toLowerCase() === 'authorization');
    if (user && !signsIn) headers.push('"Authorization: Bearer $TOKEN"');
    const body = JSON.stringify({ query, ...(example.variables && { variables: example.variables }) });
    lines.push(`curl ${url}/graphql ${headers.map((header) => `-H ${header}`).join(' ')} -d ${quoted(body)}`);
  }
  return lines.length > 0 ? ['', `  ${styleText('dim', 'Try')}`, '', ...lines] : [];
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

function quotedIfNeeded(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word);
}
