// Page of a client's OpenAPI document: Swagger UI, bundled with the package, without anything from other hosts.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { CheckedConfig } from '../../config/config.ts';
import { indentedJson } from '../indented-json.ts';
import { favicon, logo } from '../logo.ts';
import { pagePolicy } from '../page-policy.ts';
import { signInBar } from '../sign-in/bar.ts';
import { runViewer } from './viewer-in-browser.ts';
import { viewerStyle } from './viewer-style.ts';

/** What is sent at a path. */
export interface DescribedFile {
  type: string;
  body: string | Buffer;
  /** Content security policy of a page. */
  policy?: string;
}

/** From the sources, the files of the installed library are served; in the package, those of its build, in gzip. */
const isSource = import.meta.url.endsWith('.ts');
const folder = new URL(isSource ? '../../../node_modules/swagger-ui-dist/' : '../../../viewer/', import.meta.url);

/** By path below the client's. */
const files: Readonly<Record<string, { file: string; type: string }>> = {
  '/-/viewer.js': { file: 'swagger-ui-bundle.js', type: 'text/javascript; charset=utf-8' },
  '/-/viewer.css': { file: 'swagger-ui.css', type: 'text/css; charset=utf-8' },
};

export const viewerFiles = Object.keys(files);

/** @throws Error for a path that is none of `viewerFiles`. */
export function viewerFile(path: string): DescribedFile {
  const known = files[path];
  if (!known) throw new Error(`The viewer has no file at ${path}.`);
  const { type, file } = known;
  return {
    type,
    body: isSource ? readFileSync(new URL(file, folder)) : gunzipSync(readFileSync(new URL(`${file}.gz`, folder))),
  };
}

interface PageOptions {
  config: Pick<CheckedConfig, 'authentication'>;
  client: string;
  development: boolean;
}

export function viewerPage({ config, client, development }: PageOptions): DescribedFile {
  const bar = development ? signInBar(config.authentication) : '';
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${client} · Concierge</title>
<link rel="icon" href="${favicon}">
<link rel="stylesheet" href="-/viewer.css">
<style>${viewerStyle}</style>
</head>
<body>
${bar}
<header id="head">${logo}<strong>Concierge</strong><span>${client}</span><a href="openapi.json">openapi.json</a></header>
<main id="api"><p>Loading…</p></main>
<script src="-/viewer.js"></script>
<script>(${runViewer})(${indentedJson});</script>
</body>
</html>
`;
  return { type: 'text/html; charset=utf-8', body, policy: pagePolicy(body, true) };
}
