// Assets of the console's page: what the build has bundled, read when the page is first opened. They contain no data.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { rejectedResponse } from '../../errors.ts';
import { rejectUnread } from '../json-response.ts';
import { allowed, handleOtherMethods } from '../methods.ts';
import type { Route } from '../request-handler.ts';
import { consolePath } from './console-path.ts';

/** From the sources, the bundle of the last build is served. */
const folder = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/console/' : '../../../console/',
  import.meta.url,
);

const assets = [
  { path: consolePath, file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: `${consolePath}/app.js`, file: 'app.js', type: 'text/javascript; charset=utf-8' },
  { path: `${consolePath}/app.css`, file: 'app.css', type: 'text/css; charset=utf-8' },
  { path: `${consolePath}/icon.svg`, file: 'icon.svg', type: 'image/svg+xml' },
];

const policy = [
  "default-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const methods = allowed('GET');

interface Asset {
  compressed: Buffer;
  plain: Buffer;
  tag: string;
}

/** @param needsToken whether the page begins with its sign-in. */
export function createAssetRoutes(needsToken: boolean): Map<string, Route> {
  return new Map(
    assets.map(({ path, file, type }) => {
      let asset: Asset | undefined;
      return [
        path,
        (request, response) => {
          if (handleOtherMethods(request, response, methods)) return;
          try {
            asset ??= read(file, needsToken);
          } catch {
            const message = 'The console is not built: run "npm run build".';
            rejectUnread(response, rejectedResponse('NOT_FOUND', { message }));
            return;
          }
          const { 'if-none-match': known, 'accept-encoding': codings = '' } = request.headers;
          setHeaders(response, type, asset);
          if (known === asset.tag) response.writeHead(304).end();
          else if (/\bgzip\b/.test(String(codings))) send(response, asset.compressed, 'gzip');
          else send(response, asset.plain);
        },
      ];
    }),
  );
}

/** Where the page is rendered, which has an attribute where it needs a token. */
const place = '<div id="console"';

function read(file: string, needsToken: boolean): Asset {
  const bytes = readFileSync(new URL(file, folder));
  const plain = needsToken ? Buffer.from(bytes.toString().replace(place, `${place} data-token="needed"`)) : bytes;
  return { plain, compressed: gzipSync(plain), tag: `"${hash('sha256', plain, 'base64url')}"` };
}

function setHeaders(response: ServerResponse, type: string, { tag }: Asset): void {
  response.setHeader('content-type', type);
  response.setHeader('etag', tag);
  // Checked each time: the files of the next version have the same names.
  response.setHeader('cache-control', 'no-cache');
  response.setHeader('vary', 'Accept-Encoding');
  response.setHeader('content-security-policy', policy);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('referrer-policy', 'no-referrer');
}

function send(response: ServerResponse, body: Buffer, coding?: string): void {
  if (coding !== undefined) response.setHeader('content-encoding', coding);
  response.writeHead(200, { 'content-length': body.length });
  response.end(body);
}
