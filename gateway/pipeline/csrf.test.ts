// CSRF protection: requests that a browser could have sent for a page of another origin without a preflight, over real
// HTTP.
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CsrfConfig } from '../config/limits.ts';
import { createCsrfGuard } from './csrf.ts';

let settings: { config: CsrfConfig; graphiql: boolean } = { config: true, graphiql: false };

const server = createServer((request, response) => {
  const error = createCsrfGuard(settings)(request, null);
  response.writeHead(error ? 403 : 200);
  response.end(error ? JSON.stringify(error) : undefined);
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string | string[]>;
}

function send({ method = 'POST', path = '/graphql', headers = {} }: Sent): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const request = httpRequest({ port, host: '127.0.0.1', method, path, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.once('error', reject);
    request.end();
  });
}

const post = (type: string | string[]): Sent => ({ headers: { 'content-type': type } });
const get = (headers: Sent['headers'] = {}, path = '/graphql?query={a}'): Sent => ({ method: 'GET', path, headers });

const cases: [what: string, request: Sent, served: boolean][] = [
  ['POST of JSON', post('application/json'), true],
  ['POST of JSON with a charset', post('application/json; charset=utf-8'), true],
  ['POST of JSON in capitals', post('Application/JSON'), true],
  ['POST of a GraphQL document', post('application/graphql'), true],
  ['POST without a content type', {}, false],
  ['POST with an empty content type', post(''), false],
  ['POST of text', post('text/plain'), false],
  ['POST of text in capitals', post('TEXT/Plain'), false],
  ['POST of text that speaks of JSON', post('text/plain; application/json'), false],
  ['POST of text with a parameter', post('text/plain;charset=UTF-8;x="application/json"'), false],
  ['POST of text after a blank', post(' text/plain'), false],
  ['POST of text with a blank before the parameter', post('text/plain ; charset=utf-8'), false],
  ['POST of a form', post('application/x-www-form-urlencoded'), false],
  ['POST of a form with files', post('multipart/form-data; boundary=x'), false],
  [
    'POST of a form with files and the header',
    { headers: { ...post('multipart/form-data; boundary=x').headers, 'apollo-require-preflight': 'true' } },
    true,
  ],
  ['POST of a type that is none', post('json'), false],
  ['POST of a type with what cannot stand in one', post('application/json("'), false],
  ['POST of JSON, twice in one header', post('application/json, application/json'), true],
  ['POST of JSON and text in one header', post('application/json, text/plain'), false],
  ['POST of text and JSON in one header', post('text/plain, application/json'), false],
  ['POST with two content types, text first', post(['text/plain', 'application/json']), false],
  [
    'POST with two content types, JSON first, which is the one that is read',
    post(['application/json', 'text/plain']),
    true,
  ],
  ['GET', get(), false],
  ['GET of an event stream', get({ accept: 'text/event-stream' }), false],
  ['GET of a page with a query', get({ accept: 'text/html,*/*' }), false],
  ['GET of a page with a document id', get({ accept: 'text/html' }, '/graphql?documentId=x'), false],
  ['GET with a JSON content type', get({ 'content-type': 'application/json; charset=utf-8' }), true],
  ['GET with any other content type', get({ 'content-type': 'application/graphql' }), false],
  ['GET without anything to execute, of no page', get({}, '/graphql'), false],
  [
    'a browser opening the address',
    get({ accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }, '/graphql'),
    true,
  ],
  ['HEAD', { method: 'HEAD', path: '/graphql?query={a}' }, false],
  ['HEAD that accepts a page', { method: 'HEAD', headers: { accept: 'text/html' } }, false],
  ['PUT', { method: 'PUT', headers: { 'content-type': 'text/plain' } }, true],
  ['OPTIONS, the preflight', { method: 'OPTIONS' }, true],
  ...[
    'x-graphql-yoga-csrf',
    'apollo-require-preflight',
    'graphql-require-preflight',
    'x-apollo-operation-name',
    'GraphQL-Client-Name',
  ].flatMap((name): typeof cases => [
    [`GET with ${name}`, get({ [name]: 'x' }), true],
    [`GET with an empty ${name}`, get({ [name]: '' }), false],
  ]),
  [
    'GET with a header that browsers send',
    get({ 'accept-language': 'en', cookie: 'session=1', origin: 'https://evil.example' }),
    false,
  ],
];

describe('a request', () => {
  it.each(cases)('%s', async (_what, request, served) => {
    settings = { config: true, graphiql: false };
    expect((await send(request)).status).toBe(served ? 200 : 403);
  });

  it('that is rejected gets the names of the headers that help', async () => {
    settings = { config: true, graphiql: false };
    const { body } = await send(get());
    expect(JSON.parse(body)).toMatchObject({
      message: expect.stringMatching(
        /content type "application\/json".*graphql-require-preflight, .*x-apollo-operation-name/,
      ),
      extensions: { code: 'CSRF_PREVENTION_FAILED', http: { status: 403 } },
    });
  });

  it('that opens GraphiQL gets its page, also with a query to show', async () => {
    settings = { config: true, graphiql: true };
    expect((await send(get({ accept: 'text/html' }))).status).toBe(200);
    expect((await send(get({ accept: 'application/json' }))).status).toBe(403);
  });

  it('has to have one of the headers that are configured, where there are some', async () => {
    settings = { config: { headers: ['x-shop-request'], bearer: true }, graphiql: false };
    expect((await send(get({ 'X-Shop-Request': '1' }))).status).toBe(200);
    expect((await send(get({ 'apollo-require-preflight': '1' }))).status).toBe(403);
  });

  it('is served whatever it is where this is switched off', async () => {
    settings = { config: false, graphiql: false };
    expect((await send(get())).status).toBe(200);
    expect((await send(post('text/plain'))).status).toBe(200);
  });
});
