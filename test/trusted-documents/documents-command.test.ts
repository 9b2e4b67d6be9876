// `concierge documents`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { outcomeOf } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';

/** As the client's operations have it. */
const sdl = 'type Query { a: Int  b: Int }';
const config = { subgraphs: { shop: { url: 'http://127.0.0.1:9/graphql', schema: 'shop.graphql' } } };

function project(files: Record<string, string>) {
  const folder = temporaryFolder({
    'gateway.config.mjs': `export default ${JSON.stringify(config)};`,
    'shop.graphql': sdl,
    ...files,
  });
  return {
    folder,
    documents: (...args: string[]) => outcomeOf(['documents', '--config', `${folder}/gateway.config.mjs`, ...args]),
  };
}

test('each client gets a manifest of its operations, which --check compares', async () => {
  const at = project({
    'clients/web/operations/a.graphql': 'query A { a }\nquery B { b }',
    'clients/mobile/operations/a.graphql': 'query A { a }',
  });
  const unwritten = await at.documents('--check');
  expect(unwritten.code).toBe(1);
  expect(unwritten.output).toMatch(/web: \S+documents\.json is out of date: run concierge documents/);
  const { code, output } = await at.documents();
  expect(code).toBe(0);
  expect(output).toMatch(
    /^mobile: 1 document written to \S+clients\/mobile\/generated\/documents\.json\nweb: 2 documents/,
  );
  const manifest = JSON.parse(readFileSync(`${at.folder}/clients/web/generated/documents.json`, 'utf8'));
  expect(manifest.operations.map(({ name }: { name: string }) => name)).toEqual(['A', 'B']);
  const file = `${at.folder}/clients/web/generated/documents.json`;
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
  expect(await at.documents('--check')).toMatchObject({ code: 0 });
  writeFileSync(`${at.folder}/clients/web/operations/a.graphql`, 'query A { b }');
  expect(await at.documents('--check')).toMatchObject({ code: 1 });
});

test('an error in one client ends it with exit code 1 and leaves every manifest as it was', async () => {
  const at = project({
    'clients/mobile/operations/a.graphql': 'query A { a }',
    'clients/web/operations/a.graphql': 'query A { ...Nowhere }',
  });
  const { code, output } = await at.documents();
  expect(code).toBe(1);
  expect(output).toMatch(
    /^The documents cannot be used: 1 error\n {2}\S+clients\/web\/operations\/a\.graphql:1:11: no file of this client defines the fragment Nowhere/,
  );
  expect(existsSync(`${at.folder}/clients/mobile/generated`)).toBe(false);
});
