// Version of the package: of the sources, and of what is built of them one folder deeper.
import { readFileSync } from 'node:fs';

const manifest = new URL(
  import.meta.url.endsWith('.ts') ? '../../package.json' : '../../../package.json',
  import.meta.url,
);

/** As in `package.json`: "1.2.3". */
export const version: string = JSON.parse(readFileSync(manifest, 'utf8')).version;
