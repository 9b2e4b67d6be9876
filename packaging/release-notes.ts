// Prints what the changelog has of the version in `package.json`: `node packaging/release-notes.ts > notes.md`
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { releaseNotes } from './changelog.ts';
import { readManifest } from './manifest.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
process.stdout.write(releaseNotes(readFileSync(`${root}CHANGELOG.md`, 'utf8'), readManifest(root).version));
