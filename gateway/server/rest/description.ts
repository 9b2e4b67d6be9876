// Description of one client's REST façade: its OpenAPI document and the page that shows it. Each is made when it is first
// requested: a document that is never read costs nothing.
import { hash } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import type { CheckedConfig } from '../../config/config.ts';
import type { ApiResource, GraphqlHandler } from '../../pipeline/endpoints.ts';
import type { BodySender, Head } from '../compression/body-sender.ts';
import { allowed } from '../methods.ts';
import { rejectMethod } from '../rejected-response.ts';
import { openApiDocument } from './openapi.ts';
import type { RestRoute } from './rest-route.ts';
import { securitySchemes } from './security-schemes.ts';
import { type DescribedFile, viewerFile, viewerFiles, viewerPage } from './viewer.ts';

export interface DescriptionOptions {
  config: CheckedConfig;
  /** The client's reference: `web`, or `web@1`. */
  client: string;
  version: string | null;
  /** Path of the client's façade: `/rest/web`. */
  base: string;
  /** Whether callers have to be authenticated. */
  requiresAuthentication: boolean;
  /** Whether everybody gets the document, and the page lets its user sign in as one of the development users. */
  development: boolean;
}

interface Description {
  isOpen: boolean;
  make(): DescribedFile;
}

const methods = allowed('GET');

/** @returns the resource at a path below the client's; null for all others. */
export function describeRest(
  routes: readonly RestRoute[],
  schema: GraphQLSchema,
  bodies: BodySender,
  options: DescriptionOptions,
): (path: string) => ApiResource | null {
  const { config, development } = options;
  const document = (): DescribedFile => {
    const described = { ...options, version: options.version ?? '1', securitySchemes: securitySchemes(config) };
    const body = JSON.stringify(openApiDocument(routes, schema, described), null, 2);
    return { type: 'application/json', body };
  };
  // Page and files have no data: every caller gets them.
  const resources = new Map<string, ApiResource>([
    ['', { allow: methods, isOpen: true, handle: redirect }],
    ['/', resourceOf({ isOpen: true, make: () => viewerPage(options) }, bodies)],
    ['/openapi.json', resourceOf({ isOpen: development, make: document }, bodies)],
    ...viewerFiles.map((path) => [path, resourceOf({ isOpen: true, make: () => viewerFile(path) }, bodies)] as const),
  ]);
  return (path) => resources.get(path) ?? null;
}

function resourceOf({ isOpen, make }: Description, bodies: BodySender): ApiResource {
  let made: (DescribedFile & { tag: string }) | undefined;
  const handle: GraphqlHandler = (request, response, context) => {
    if (request.method !== 'GET') return rejectMethod(response, context, request.method, methods);
    if (!made) {
      const file = make();
      made = { ...file, tag: `"${hash('sha256', file.body, 'base64url')}"` };
    }
    const { type, body, tag, policy } = made;
    const head: Head = { ...Object.fromEntries(context.rejectionHeaders), etag: tag };
    // Checked each time: the next version has the same URL.
    head['cache-control'] = isOpen ? 'no-cache' : 'private, no-cache';
    const known = bodies.validatedTag(request, tag);
    if (known !== null) {
      bodies.sendNotModified(response, head, known);
      return;
    }
    head['content-type'] = type;
    if (policy !== undefined) {
      head['content-security-policy'] = policy;
      head['x-frame-options'] = 'DENY';
      head['referrer-policy'] = 'same-origin';
    }
    return bodies.send(request, response, { status: 200, head, body, key: tag });
  };
  return { allow: methods, isOpen, handle };
}

/** The page's own links are relative to a path with a slash at its end. */
const redirect: GraphqlHandler = (request, response, context) => {
  if (request.method !== 'GET') return rejectMethod(response, context, request.method, methods);
  const { url = '' } = request;
  const path = url.split('?', 1)[0] ?? '';
  for (const [name, value] of context.rejectionHeaders) response.setHeader(name, value);
  response.writeHead(308, { location: `${path.slice(path.lastIndexOf('/') + 1)}/`, 'content-length': 0 });
  response.end();
};
