// Builds `dist`, what the npm package contains: JavaScript and typings of `gateway`, the bundled libraries with their
// notices, the definitions of the directives, the page of the console, and the viewer of OpenAPI documents. `npm run build`.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleLibraries, linkLibraries } from './bundled-libraries.ts';
import { buildConsole } from './console.ts';
import { commentOptions } from './option-comments.ts';
import { removeInnerTypings } from './public-typings.ts';
import { copyViewer } from './viewer.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = `${root}dist/`;

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`], {
  cwd: root,
  stdio: 'inherit',
});
for (const file of ['directives', 'document-directives']) {
  cpSync(`${root}schema/${file}.graphql`, `${dist}schema/${file}.graphql`);
}
// Copied into every generated SDK.
for (const file of ['graphql-client', 'request-values']) {
  const copied = `gateway/commands/codegen/${file}.ts`;
  cpSync(`${root}${copied}`, `${dist}${copied}`);
}
removeInnerTypings(dist, ['gateway/index.d.ts']);
commentOptions(dist);
linkLibraries(dist, await bundleLibraries(root, dist, `${dist}third-party/`));
await buildConsole(root, `${dist}console/`);
copyViewer(root, `${dist}viewer/`);
