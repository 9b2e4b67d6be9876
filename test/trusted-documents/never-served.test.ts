// Trusted documents that can never be served: warnings at start, errors of `concierge documents --check` and `validate`.
import { relative } from 'node:path';
import { expect, test } from 'vitest';
import { collectDocuments } from '../../gateway/persisted-documents/collect-documents.ts';
import { outcomeOf } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root, startGatewayProcess } from '../harness/gateway.ts';

const shop = `directive @listSize(slicingArguments: [String!]) on FIELD_DEFINITION
type Query { menu: Menu  item: Item  rows(first: Int, last: Int): [Item!]! @listSize(slicingArguments: ["first", "last"]) }
type Menu { items: [Item!]! }
type Item { id: ID! children: [Item!]!  page(first: Int): [Item!]! @listSize(slicingArguments: ["first"]) }
`;

const nested = (field: string, depth: number): string =>
  depth === 0 ? 'id' : `${field} { ${nested(field, depth - 1)} }`;
const page = (depth: number): string => nested('page(first: $first)', depth);

/** Name of each operation that can never be served, and why. */
const unserved: Record<string, RegExp> = {
  Costly: /The operation costs \d+; the limit is 1000\.$/,
  CostlyByDefault: /The operation costs \d+; the limit is 1000\.$/,
  CostlyEitherWay: /The operation costs \d+; the limit is 1000\.$/,
  Deep: /deep|depth/i,
  Aliased: /alias/i,
  Wide: /root fields/i,
  Marked: /directives/i,
  Long: /tokens/i,
  Unbounded: /requires one of the arguments "first", "last"/,
};

const operations: Record<string, string> = {
  Costly: `query Costly { menu { items { ${nested('children', 3)} } } }`,
  CostlyByDefault: `query CostlyByDefault($first: Int) { menu { items { ${nested('children', 3)} ...on Item { page(first: $first) { id } } } } }`,
  CostlyEitherWay: `query CostlyEitherWay($a: Boolean!, $b: Boolean = true) { menu { items { id @skip(if: $b) ${nested('children', 3)} } } item @include(if: $a) { id } }`,
  Deep: `query Deep { item { ${nested('children', 9)} } }`,
  Aliased: 'query Aliased { item { a: id b: id c: id d: id e: id f: id } }',
  Wide: 'query Wide { item { id } menu { items { id } } a: item { id } b: item { id } }',
  Marked: 'query Marked { item { id @include(if: true) @skip(if: false) children { id @include(if: true) } } }',
  Long: `query Long { item { ${'id '.repeat(200)} } }`,
  Unbounded: 'query Unbounded { rows { id } }',
  // These may be served.
  Paged: `query Paged($first: Int!) { item { ${page(4)} } }`,
  PagedByDefault: `query PagedByDefault($first: Int = 100) { item { ${page(3)} } }`,
  Optional: `query Optional($a: Boolean!, $b: Boolean!) { item { id } menu @include(if: $a) { items @skip(if: $b) { ${nested('children', 3)} } } }`,
  Plain: 'query Plain { rows(first: 2) { id } }',
};

const limits = { cost: 1000, depth: 8, aliases: 5, rootFields: 3, directives: 2, tokens: 180 };

function project(more: object = {}) {
  const config = {
    subgraphs: { shop: { url: 'http://127.0.0.1:9/graphql', schema: 'shop.graphql' } },
    ...{ limits, port: 0, ...more },
  };
  return temporaryFolder({
    'gateway.config.mjs': `export default ${JSON.stringify(config)};`,
    'shop.graphql': shop,
    'clients/web/client.mjs': "export default { trustedDocuments: 'only' };",
    'clients/web/operations/all.graphql': Object.values(operations).join('\n'),
    'clients/app/documents/1.0.json': JSON.stringify({ abc: operations.Costly }),
  });
}

/** Name and message of each line about a document. */
const namesIn = (lines: readonly string[], pattern: RegExp) =>
  lines.flatMap((line): [string, string][] => {
    const [, name = '', message = ''] = pattern.exec(line) ?? [];
    return name === '' ? [] : [[name, message]];
  });

test('documents --check and validate name each with file, line and reason, and none that some variables have served', async () => {
  const folder = project();
  const file = `${folder}/gateway.config.mjs`;
  const run = async (...args: string[]) => {
    const { code, output } = await outcomeOf([...args, '--config', file]);
    return { code, output: output.replaceAll(`${relative(root, folder)}/`, '') };
  };
  await run('documents');
  const { code, output } = await run('documents', '--check');
  expect(code).toBe(1);
  const found = namesIn(
    output.split('\n'),
    /^clients\/web\/operations\/all\.graphql:\d+:7 web (\w+): it can never be served: (.*)/,
  );
  expect(found.map(([name]) => name).sort()).toEqual(Object.keys(unserved).sort());
  for (const [name, message] of found) expect(message).toMatch(unserved[name] as RegExp);
  expect(output).toContain('clients/web/operations/all.graphql:4:7 web Deep: it can never be served: ');
  expect(output).toMatch(
    /^clients\/app\/documents\/1\.0\.json:1:2 app Costly: it can never be served: The operation costs/m,
  );

  const validated = JSON.parse((await run('validate', '--json')).output);
  const ofWeb = validated.errors.filter((error: { file: string }) => error.file.endsWith('all.graphql'));
  expect(ofWeb.map((error: { path: string }) => error.path).sort()).toEqual(Object.keys(unserved).sort());
});

test('without limits that reject, documents --check finds nothing', async () => {
  const none = { cost: false, depth: false, aliases: false, rootFields: false, directives: false, tokens: false };
  const folder = project({ limits: { ...none, mode: 'measure' } });
  const file = `${folder}/gateway.config.mjs`;
  await outcomeOf(['documents', '--config', file]);
  const { code, output } = await outcomeOf(['documents', '--check', '--config', file]);
  expect(namesIn(output.split('\n'), /web (\w+): it can never/).map(([name]) => name)).toEqual(['Unbounded']);
  expect(code).toBe(1);
});

test('a gateway starts with them, has a warning for each with its place, and rejects requests for them', async () => {
  const folder = project();
  const { process, origin } = await startGatewayProcess(`${folder}/gateway.config.mjs`, { isSingle: true });
  try {
    await process.line(({ msg }) => msg === 'trusted documents planned');
    const warned = process
      .lines()
      .filter(
        ({ client, msg }) => client === 'web' && String(msg).startsWith('a trusted document can never be served: '),
      );
    expect(warned.map(({ operation }) => operation).sort()).toEqual(Object.keys(unserved).sort());
    for (const { operation, msg } of warned) expect(msg).toMatch(unserved[String(operation)] as RegExp);
    expect(warned.find(({ operation }) => operation === 'Deep')).toMatchObject({
      level: 40,
      code: 'MAX_DEPTH_EXCEEDED',
      place: `${relative(root, folder)}/clients/web/operations/all.graphql:4:7`,
    });
    const { documents } = collectDocuments(`${folder}/clients/web/operations`);
    const codeOf = async (name: string) => {
      const response = await fetch(`${origin}/graphql/web`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ documentId: documents.find((each) => each.name === name)?.id }),
      });
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
      return errors[0]?.extensions.code;
    };
    expect(await codeOf('Deep')).toBe('MAX_DEPTH_EXCEEDED');
    expect(await codeOf('Costly')).toBe('COST_LIMIT_EXCEEDED');
    // The service is down.
    expect(await codeOf('Plain')).toBe('SUBGRAPH_UNAVAILABLE');
  } finally {
    await process.stop();
  }
});
