// `concierge changelog`: what has changed in the graph and in clients' views, between files and git revisions.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { outcomeOf } from './harness/command.ts';
import { temporaryFolder } from './harness/folder.ts';
import { root } from './harness/gateway.ts';

const shop = `type Query { product(id: ID!): Product  shop(id: ID): Shop }
type Product { id: ID!  name: String!  rating: Float  kind: Kind }
type Shop { id: ID! }
enum Kind { BOOK }
`;
const changed = shop
  .replace('  rating: Float', '  "How *good* it is."  stars: Int @deprecated(reason: "Use `marks`,\\nplease.")')
  .replace('{ BOOK }', '{ BOOK AUDIO }')
  .replace('type Shop', '"A shop." type Shop');

function project() {
  const config = { subgraphs: { shop: { url: 'http://127.0.0.1:9/graphql', schema: 'shop.graphql' } } };
  const folder = temporaryFolder({
    'gateway.config.mjs': `export default ${JSON.stringify(config)};`,
    'shop.graphql': shop,
    'clients/web/client.mjs': "export default { include: ['Query.product', 'Product'] };",
    'clients/kiosk/client.mjs': "export default { include: ['Query.shop', 'Shop'] };",
  });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const git = (...args: string[]) => {
    const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...identity, ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
  const run = async (...args: string[]) => {
    const { code, output } = await outcomeOf([...args, '--config', `${folder}/gateway.config.mjs`]);
    return { code, output: output.replaceAll(`${relative(root, folder)}/`, '') };
  };
  return { folder, write, git, run };
}

test('changes since a file are grouped by their severity, for the graph and for each client', async () => {
  const { folder, write, run } = project();
  write('old.graphql', shop);
  write('shop.graphql', changed);
  const from = relative(process.cwd(), `${folder}/old.graphql`);
  const { code, output } = await run('changelog', '--from', from);
  expect(code).toBe(0);
  const ofProduct = (heading: string) => `${heading} Breaking

- \`Product.rating\`: Field 'rating' was removed from object type 'Product'

${heading} Dangerous

- \`Kind.AUDIO\`: Enum value 'AUDIO' was added to enum 'Kind'

${heading} Safe
`;
  expect(output).toContain(
    `# Changes of the graph

From ${from.replaceAll(/[\\`*[\]<>]/g, '\\$&')} to the files as they are.

${ofProduct('##')}`.replace(`${relative(root, folder)}/`, ''),
  );
  const ofShop = '- 1 description';
  const [graph = '', kiosk = '', web = ''] = output.split(/^## Client /m);
  expect(graph).toContain("- `Product.stars`: Field 'stars' was added to object type 'Product'");
  expect(graph).toContain(ofShop);
  expect(kiosk).toBe(`kiosk\n\n### Safe\n\n${ofShop}\n\n`);
  expect(web).toContain(`web\n\n${ofProduct('###')}`);
  expect(web).not.toContain('description');
  // Nothing that a service wrote is markup.
  expect(output).not.toMatch(/(?<!\\)[*<]/);
});

test('the states of git revisions are what was committed: the graph, and the views as their clients were defined', async () => {
  const { folder, write, git, run } = project();
  git('init', '--quiet');
  await run('compose', '--offline');
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  git('tag', 'v1');
  write('shop.graphql', changed);
  write('clients/app/client.mjs', "export default { include: ['Query.shop', 'Shop'] };");
  rmSync(`${folder}/clients/kiosk`, { recursive: true });
  rmSync(`${folder}/schema/clients`, { recursive: true });
  await run('compose', '--offline');
  git('add', '--all');
  git('commit', '--quiet', '-m', 'two');
  const { code, output } = await run('changelog', '--from', 'v1', '--to', 'HEAD', '--json');
  expect(code).toBe(0);
  const { from, to, changes, clients, ...rest } = JSON.parse(output);
  expect(rest).toEqual({ version: 1 });
  expect([from, to]).toEqual([
    expect.stringMatching(/^v1 \([0-9a-f]+\)$/),
    expect.stringMatching(/^HEAD \([0-9a-f]+\)$/),
  ]);
  expect(changes[0]).toEqual({
    coordinate: 'Product.rating',
    level: 'breaking',
    message: "Field 'rating' was removed from object type 'Product'",
    isDescription: false,
  });
  expect(clients.map(({ name, state }: Record<string, string>) => `${name} ${state}`)).toEqual([
    'app new',
    'kiosk removed',
    'web changed',
  ]);
  expect((await run('changelog', '--from', 'HEAD')).output).toMatch(
    /^# Changes of the graph\n\nFrom HEAD \([0-9a-f]+\) to the files as they are\.\n\nNothing changes\.\n\n## Client app\n\nIts view does not change\.\n/,
  );
  // A revision without the clients' schemas: the views are those that the clients have now.
  git('rm', '--quiet', '-r', 'schema/clients');
  git('commit', '--quiet', '-m', 'three');
  const built = JSON.parse((await run('changelog', '--from', 'HEAD', '--json')).output);
  expect(built.clients.map(({ state }: Record<string, string>) => state)).toEqual(['unchanged', 'unchanged']);
});

test('what is neither a file nor a revision is wrong usage; a revision without the graph has a remedy', async () => {
  const { git, write, run } = project();
  git('init', '--quiet');
  const unknown = await run('changelog', '--from', 'v1');
  expect(unknown.code).toBe(2);
  expect(unknown.output).toMatch(/^"v1" is neither a file nor a git revision of \S+\.\n$/);
  for (const from of ['--output=x', '']) expect((await run('changelog', `--from=${from}`)).code).toBe(2);
  expect((await run('changelog')).code).toBe(2);
  git('commit', '--quiet', '--allow-empty', '-m', 'none');
  const without = await run('changelog', '--from', 'HEAD');
  expect(without.code).toBe(1);
  expect(without.output).toMatch(
    /^HEAD \([0-9a-f]+\) has no schema\/graph\.graphql: commit the graph that concierge compose writes/,
  );
  write('old.graphql', 'type Query {');
  const invalid = await run(
    'changelog',
    '--from',
    relative(process.cwd(), join(git('rev-parse', '--show-toplevel').trim(), 'old.graphql')),
  );
  expect(invalid.code).toBe(1);
  expect(invalid.output).toContain('old.graphql cannot be used: Syntax Error');
});
