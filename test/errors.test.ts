// The error catalogue, held against the code and against docs/errors.md: a code that one of them does not have is a defect.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GraphQLError } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import {
  closing,
  closingOf,
  closings,
  ErrorCode,
  errorDefinitions,
  operationError,
  rejectedResponse,
  requestError,
} from '../gateway/errors.ts';
import { serveGraph } from './values/served-graph.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const page = readFileSync(`${root}docs/errors.md`, 'utf8');

/** Rows of the first table in a section, as the cells of each; the head is left out. */
function rowsOf(anchor: string): string[][] {
  const sections = page.split(/^## /m);
  const section = sections.find((text) => text.split('\n', 1)[0]?.toLowerCase().replaceAll(' ', '-') === anchor) ?? '';
  const [table = ''] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  const rows = table.trim().split('\n').slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codesIn = (cell: string | undefined) =>
  [...(cell ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code as string);
const numbersIn = (cell: string | undefined) => [...(cell ?? '').matchAll(/\d+/g)].map(Number).sort();

interface Documented {
  inResponse: boolean;
  /**
   * With `application/json`, with `application/graphql-response+json`, and with `httpStatus: 'spec'`; null where no request is
   * rejected with it.
   */
  statuses: [number[], number[], number[]] | null;
  /** Of WebSockets. */
  closeCodes: number[];
}

/** What the page has about each code. */
function documented(): Record<string, Documented> {
  const found: Record<string, Documented> = {};
  for (const [code] of rowsOf('errors-in-a-response')) {
    for (const name of codesIn(code)) found[name] = { inResponse: true, statuses: null, closeCodes: [] };
  }
  for (const [code, json, graphql, spec, closeCode] of rowsOf('rejected-requests')) {
    for (const name of codesIn(code)) {
      const statuses: Documented['statuses'] = [numbersIn(json), numbersIn(graphql), numbersIn(spec)];
      found[name] = { inResponse: found[name] !== undefined, statuses, closeCodes: numbersIn(closeCode) };
    }
  }
  return found;
}

/** What the catalogue has about each code. */
function defined(): Record<string, Documented> {
  const entries = Object.entries(errorDefinitions).map(([code, definition]) => {
    const { inResponse, anchor, rejectsDocument, specStatus } = definition;
    const own = [...definition.statuses].sort();
    const closeCodes = (definition.closeCodes ?? []).filter((closeCode) => closeCode !== null).sort();
    const [first, ...others] = definition.statuses;
    // What cannot be read has the classic status still.
    const classic = code === ErrorCode.BAD_REQUEST ? [first] : [];
    const spec = specStatus === undefined ? own : [...classic, specStatus, ...others].sort();
    const rejected = [rejectsDocument ? [200] : own, own, spec] as NonNullable<Documented['statuses']>;
    return [code, { inResponse, statuses: anchor === 'rejected-requests' ? rejected : null, closeCodes }];
  });
  return Object.fromEntries(entries);
}

describe('the error catalogue', () => {
  it('has the codes, the statuses and the close codes that the documentation has, and no others', () => {
    expect(Object.keys(documented()).length).toBeGreaterThan(40);
    expect(documented()).toEqual(defined());
  });

  it('has the close codes that the page on subscriptions has, beside those of the protocol itself', () => {
    const subscriptions = readFileSync(`${root}docs/subscriptions.md`, 'utf8').split(/^## /m);
    const table = subscriptions.find((text) => text.startsWith('Close codes')) ?? '';
    const listed = [...table.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    const ofErrors = Object.values(errorDefinitions).flatMap(({ closeCodes = [] }) => closeCodes);
    const ofOthers = Object.values(closings).map(({ code }) => code);
    const ofProtocol = [
      CloseCode.SubprotocolNotAcceptable,
      CloseCode.ConnectionInitialisationTimeout,
      CloseCode.SubscriberAlreadyExists,
    ];
    const all = [...ofErrors, ...ofOthers, ...ofProtocol].filter((code) => code !== null);
    expect(listed).toEqual([...new Set(all)].sort());
  });

  it('names the section of the documentation that explains each code', () => {
    for (const [code, { anchor }] of Object.entries(errorDefinitions)) {
      expect(rowsOf(anchor).flatMap(([cell]) => codesIn(cell))).toContain(code);
    }
  });

  it('has every code that is an exit of the lifecycle', () => {
    const lifecycle = readFileSync(`${root}docs/lifecycle.md`, 'utf8');
    const codes = [...lifecycle.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b(?![_*])/g)].map(([code]) => code);
    expect(codes.length).toBeGreaterThan(15);
    expect([...new Set(codes)].filter((code) => !Object.hasOwn(ErrorCode, code))).toEqual([]);
  });

  it('is the only place in which an error gets a code', () => {
    const codes = Object.keys(ErrorCode).join('|');
    // In extensions, in comparisons and in collections; texts in types and as arguments are held by the compiler.
    const patterns = [
      /\bextensions:\s*\{\s*code\b/,
      new RegExp(`\\bcode\\s*(?:=|[=!]==|\\?\\?)\\s*['"\`](?:${codes})['"\`]`),
      new RegExp(`\\bcode:\\s*['"\`](?:${codes})['"\`](?!\\s*[|;])`),
      new RegExp(`extensions(?:\\.code|\\['code'\\])\\s*(?:[=!]==|\\?\\?)\\s*['"\`](?:${codes})['"\`]`),
      new RegExp(`new Set\\w*(?:<[^>]*>)?\\(\\[[^\\]]*['"\`](?:${codes})['"\`]`),
    ];
    const files = globSync('gateway/**/*.ts', {
      cwd: root,
      exclude: ['**/*.test.ts', 'gateway/errors.ts', 'gateway/error-catalogue.ts'],
    });
    expect(files.length).toBeGreaterThan(100);
    const found = files.flatMap((file) => {
      const source = readFileSync(`${root}${file}`, 'utf8');
      return patterns.flatMap((pattern) => pattern.exec(source)?.[0] ?? []).map((text) => `${file}: ${text}`);
    });
    expect(found).toEqual([]);
  });
});

describe('an error of the catalogue', () => {
  it('has the usual status of its code, and another one where the code has several', () => {
    const message = 'Send a list.';
    expect(requestError('BAD_REQUEST', { message }).extensions).toEqual({ code: 'BAD_REQUEST', http: { status: 400 } });
    expect(requestError('BAD_REQUEST', { message, status: 415 }).extensions.http).toEqual({ status: 415 });
  });

  it('of a document has status 200 where clients know only application/json', () => {
    const { message, extensions } = requestError('COST_LIMIT_EXCEEDED', { details: { limit: 3, value: 4 } });
    expect(message).toBe('The operation costs 4; the limit is 3.');
    expect(extensions).toEqual({ code: 'COST_LIMIT_EXCEEDED', limit: 3, value: 4, http: { spec: true, status: 400 } });
  });

  it('of an operation has no part in the HTTP status', () => {
    const { extensions } = operationError('UNAUTHENTICATED', { message: 'Sign in.' });
    expect(extensions).toEqual({ code: 'UNAUTHENTICATED' });
  });

  it('keeps its code, whatever its details have', () => {
    const { extensions } = operationError('BAD_USER_INPUT', { message: 'no', details: { code: 'OTHER', field: 1 } });
    expect(extensions).toEqual({ code: 'BAD_USER_INPUT', field: 1 });
  });

  it('is plain data where no GraphQL response is sent', () => {
    expect(rejectedResponse('NOT_FOUND', { message: 'no such path' })).toEqual({
      status: 404,
      body: { errors: [{ message: 'no such path', extensions: { code: 'NOT_FOUND' } }] },
    });
  });
});

describe('a closed WebSocket', () => {
  const closedWith = (status: number, code: string, message = 'no') =>
    closingOf({ status, errors: [new GraphQLError(message, { extensions: { code } })] });

  it('has the close code beside the status of its error', () => {
    expect(closing('UNAUTHENTICATED', 'the token has expired')).toEqual({
      code: 4401,
      reason: 'Unauthorized: the token has expired',
    });
    expect(closedWith(400, 'UNAUTHENTICATED')).toEqual({ code: 4400, reason: 'Bad request: no' });
    expect(closedWith(503, 'AUTHENTICATION_UNAVAILABLE')).toEqual({ code: 1013, reason: 'Unavailable: no' });
    expect(closing('SHUTTING_DOWN')).toEqual({ code: 1001, reason: 'Going away' });
  });

  it('has that of the status where the code is another one, and that of a defect without any', () => {
    expect(closedWith(403, 'TENANT_SUSPENDED')).toMatchObject({ code: 4403 });
    expect(closedWith(503, 'TENANT_MOVED')).toMatchObject({ code: 1013 });
    expect(closedWith(418, 'TEAPOT')).toMatchObject({ code: 4500 });
  });

  it('has a reason that fits into a close frame, without half characters', () => {
    const { reason } = closedWith(401, 'UNAUTHENTICATED', 'ü€😀'.repeat(40));
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
    expect(reason).toMatch(/^Unauthorized: [ü€😀]+…$/u);
  });
});

describe('a rejected request', () => {
  it('has the status of the catalogue over HTTP, with each media type', async () => {
    const sdl = 'type Query { name(first: Int!): String } ';
    const limits = { depth: 3, aliases: 2, rootFields: 3, tokens: 40, introspection: false } as const;
    const { origins } = await serveGraph({ services: { names: sdl }, config: { limits } });
    const { origins: specOrigins } = await serveGraph({
      services: { names: sdl },
      config: { limits, httpStatus: 'spec' },
    });
    const requests: [
      code: ErrorCode,
      path: string,
      init: { query: string; variables?: object; operationName?: string },
    ][] = [
      ['GRAPHQL_PARSE_FAILED', '/graphql', { query: '{' }],
      ['GRAPHQL_VALIDATION_FAILED', '/graphql', { query: '{ nothing }' }],
      ['BAD_USER_INPUT', '/graphql', { query: 'query ($x: Int!) { name(first: $x) }', variables: { x: 'one' } }],
      ['OPERATION_RESOLUTION_FAILURE', '/graphql', { query: 'query A { __typename }', operationName: 'B' }],
      [
        'MAX_ROOT_FIELDS_EXCEEDED',
        '/graphql',
        { query: '{ __typename a: __typename b: __typename ...F } fragment F on Query { name(first: 1) }' },
      ],
      ['INTROSPECTION_DISABLED', '/graphql', { query: '{ __schema { description } }' }],
      ['TOKEN_LIMIT_EXCEEDED', '/graphql', { query: `{ ${'__typename '.repeat(50)} }` }],
      ['PERSISTED_QUERY_NOT_SUPPORTED', '/graphql', { query: '' }],
      ['NOT_FOUND', '/elsewhere', { query: '{ __typename }' }],
    ];
    const persistedQuery = { version: 1, sha256Hash: '0'.repeat(64) };
    for (const [code, path, { query, ...others }] of requests) {
      const body = JSON.stringify(query === '' ? { extensions: { persistedQuery } } : { query, ...others });
      const { statuses, rejectsDocument, specStatus = statuses[0] } = errorDefinitions[code];
      for (const origin of [...origins, ...specOrigins]) {
        for (const accept of ['application/json', 'application/graphql-response+json']) {
          const headers = { 'content-type': 'application/json', accept };
          const response = await fetch(origin + path, { method: 'POST', headers, body });
          const { errors } = (await response.json()) as { errors: { extensions: { code: string; http?: unknown } }[] };
          const classic = rejectsDocument && accept === 'application/json' ? 200 : statuses[0];
          const status = specOrigins.includes(origin) ? specStatus : classic;
          expect([code, accept, response.status, errors[0]?.extensions.code]).toEqual([code, accept, status, code]);
          expect(errors[0]?.extensions.http).toBeUndefined();
        }
      }
    }
  });
});
