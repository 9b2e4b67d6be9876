// The viewer of OpenAPI documents in `dist/viewer`: the script and the style sheet of Swagger UI as its makers publish them,
// in gzip, a quarter of their size, with their notices.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { printNotices } from './notices.ts';

const files = ['swagger-ui-bundle.js', 'swagger-ui.css'];

/** Of the libraries in the script, and of the whole. */
const notices = ['NOTICE', 'swagger-ui-bundle.js.LICENSE.txt'];

/** @param target folder of the files. */
export function copyViewer(root: string, target: string): void {
  const source = join(root, 'node_modules', 'swagger-ui-dist');
  mkdirSync(target, { recursive: true });
  for (const file of files) {
    writeFileSync(join(target, `${file}.gz`), gzipSync(readFileSync(join(source, file)), { level: 9 }));
  }
  const more = notices.map((file) => `\n\n${readFileSync(join(source, file), 'utf8').trim()}`);
  writeFileSync(join(target, 'NOTICES.md'), printNotices([source], more.join('')));
}
