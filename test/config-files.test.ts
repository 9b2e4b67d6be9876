// Configuration files as teams have them: module systems, TypeScript forms, imports, functions, and their errors, with the command
// itself in folders where nothing is installed.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from './harness/folder.ts';

const command = fileURLToPath(new URL('../gateway/cli.ts', import.meta.url));

/** `concierge print` in a folder with these files and a schema. */
function print(files: Record<string, string>, ...args: string[]): Promise<{ output: string; errors: string }> {
  const folder = temporaryFolder({ 'a.graphql': 'type Query { a: Int }', ...files });
  return new Promise((resolve) => {
    execFile(process.execPath, [command, 'print', ...args], { cwd: folder }, (_error, output, errors) =>
      resolve({ output, errors }),
    );
  });
}

const graph = {
  output: `directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT

type Query {
  a: Int
}
`,
  errors: '',
};
const config = `defineConfig({ subgraphs: { a: { url: 'http://127.0.0.1:1', schema: 'a.graphql' } } })`;
const inCommonJs = { 'package.json': '{ "type": "commonjs" }' };

test.each<[string, Record<string, string>, ...string[]]>([
  [
    'ES modules in a package of `npm init`, with imports without endings, JSON, an async function, a client and --env-file',
    {
      ...inCommonJs,
      'gateway.config.ts': `
        import { defineConfig, env } from 'concierge-gateway';
        import { url } from './settings/urls';
        import ports from './ports.json';
        import { grace } from './grace.js';
        export default defineConfig(async () => ({
          port: ports.port, shutdownGrace: grace,
          subgraphs: { a: { url, schema: 'a.graphql', headers: { 'x-key': env('KEY_OF_FILE') } } },
        }));`,
      'settings/urls.ts': `export { url } from '.';`,
      'settings/index.ts': `export const url: string = 'http://127.0.0.1:1';`,
      'grace.ts': `export const grace = '1s' as const;`,
      'ports.json': '{ "port": 0 }',
      'clients/web/client.ts': `import { defineClient } from 'concierge-gateway';\nexport default defineClient({});`,
      '.env': 'KEY_OF_FILE=secret',
    },
    '--env-file',
    '.env',
  ],
  [
    'enums, imports of types without `type`, and path aliases',
    {
      ...inCommonJs,
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./settings/*"] } } }',
      'gateway.config.ts': `
        import { defineConfig, GatewayConfig } from 'concierge-gateway';
        import { url } from '@/urls';
        enum File { A = 'a.graphql' }
        const config: GatewayConfig = { subgraphs: { a: { url, schema: File.A } } };
        export default defineConfig(config);`,
      'settings/urls.ts': `export const url = 'http://127.0.0.1:1';`,
    },
  ],
  [
    'CommonJS in a package of ES modules',
    {
      'package.json': '{ "type": "module" }',
      'gateway.config.cts': `
        const { defineConfig } = require('concierge-gateway');
        module.exports = defineConfig({ subgraphs: { a: { url: require('./urls.json').a, schema: 'a.graphql' } } });`,
      'urls.json': '{ "a": "http://127.0.0.1:1" }',
    },
  ],
  [
    'JSON, which may name its schema',
    {
      'gateway.config.json':
        '\ufeff{ "$schema": "./schema.json", "subgraphs": { "a": { "url": "http://127.0.0.1:1", "schema": "a.graphql" } } }',
    },
  ],
  [
    'plain JavaScript without a package',
    { 'gateway.config.js': `import { defineConfig } from 'concierge-gateway';\nexport default ${config};` },
  ],
])('%s', async (_what, files, ...args) => {
  expect(await print(files, ...args)).toEqual(graph);
});

test.each<[string, Record<string, string>, string, ...string[]]>([
  [
    'a syntax error has its line and column',
    { 'gateway.config.ts': 'export default {\n  port: 1,\n  subgraphs: { a: { url: "a" schema: "b" } },\n};\n' },
    'gateway.config.ts:3:30 cannot be loaded: Unexpected token, expected ","\n',
  ],
  [
    'one in an imported file too',
    { 'gateway.config.ts': `import './a.ts';\nexport default {};`, 'a.ts': 'const = 1;' },
    'a.ts:1:7 cannot be loaded: Unexpected token\n',
  ],
  [
    'and one in JSON says what to write',
    { 'gateway.config.json': '{\n  "port": 1, // why\n}' },
    'gateway.config.json:2:14 cannot be loaded: JSON has no comments: remove it\n',
  ],
  [
    'an exception has the line that threw it, also in an imported file',
    { 'gateway.config.ts': `import './a';\nexport default {};`, 'a.ts': `\nthrow new Error('no secret');` },
    'a.ts:2:7 cannot be loaded: no secret\n',
  ],
  [
    'a function that fails is told apart from a file that does',
    { 'gateway.config.ts': `export default () => { throw new Error('no answer'); };` },
    'gateway.config.ts:1:30 its function failed: no answer\n',
  ],
  [
    'a file of variables that is missing is an error',
    { 'gateway.config.ts': 'export default {};' },
    'none.env',
    '--env-file',
    'none.env',
  ],
])('%s', async (_what, files, expected, ...args) => {
  const { output, errors } = await print(files, ...args);
  expect(output).toBe('');
  expect(errors).toContain(expected);
});
