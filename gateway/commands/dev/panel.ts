// Panel that `concierge dev` prints when everything runs: URLs, users to sign in as, and an example query.
import { styleText } from 'node:util';
import { consolePath } from '../../server/console/console-path.ts';
import type { CardSetup, ProcessSetup, Protocol } from './messages.ts';

const labels: Record<Protocol, string> = { graphql: '', rest: ' (REST)', grpc: ' (gRPC)' };

/**
 * @param seconds time until everything was ready.
 * @param tokenCommand command that prints a token, without the options for the user.
 * @param pages URLs of clients' own development servers.
 */
export function panel(
  url: string,
  card: CardSetup,
  seconds: number,
  tokenCommand: readonly string[],
  pages: readonly Pick<ProcessSetup, 'name' | 'url'>[] = [],
): string {
  const users = card.users.map(({ name }) => name);
  const rows: [string, string][] = [
    ['GraphQL', card.paths.map((path) => `${url}${path}`).join(', ')],
    ['GraphiQL', `${url}${card.paths[0]} in a browser`],
    ...pages.map(({ name, url }): [string, string] => [`Client ${name}`, `${url} in a browser`]),
    ['Console', `${url}${consolePath} in a browser`],
    ['Health', `${url}/healthcheck, ${url}/readiness`],
    ...card.subgraphs.map(({ name, urls, protocol, isMocked }): [string, string] => {
      if (isMocked) return [name, 'mocked: its data is invented'];
      const shown = protocol === 'grpc' ? urls : urls.map(withoutCredentials);
      return [name, `${shown.join(', ')}${labels[protocol]}`];
    }),
  ];
  if (users.length > 0) rows.push(['Sign in', `in GraphiQL as ${users.join('; ')}`]);
  const width = Math.max(...rows.map(([label]) => label.length));
  const table = rows.map(([label, text]) => `  ${styleText('dim', label.padEnd(width))}  ${text}`);
  return [
    '',
    `  ${styleText('bold', 'Concierge')} is ready (${seconds.toFixed(1)} s)`,
    '',
    ...table,
    ...exampleLines(url, card, tokenCommand),
    '',
  ].join('\n');
}

/** Commands to copy into a terminal: a token of the first user, and the first example with it. */
function exampleLines(
  url: string,
  { paths: [path], users: [user], example }: CardSetup,
  tokenCommand: readonly string[],
): string[] {
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
    lines.push(`curl ${url}${path} ${headers.map((header) => `-H ${header}`).join(' ')} -d ${quoted(body)}`);
  }
  return lines.length > 0 ? ['', `  ${styleText('dim', 'Try')}`, '', ...lines] : [];
}

function withoutCredentials(address: string): string {
  // A file of addresses is none itself.
  const url = URL.parse(address);
  if (!url) return address;
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
