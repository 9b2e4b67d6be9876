// Properties of what reads the head of a request, and of what writes fields of responses and of requests to services.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import fc from 'fast-check';
import { ifNoneMatch } from '../../gateway/cache/http-policy.ts';
import { headerTag, tagHeaderFields } from '../../gateway/cache/tag-header.ts';
import { ClientDirectory } from '../../gateway/client-views/client-directory.ts';
import { charsetOf, listElements, parseMediaType } from '../../gateway/json/media-type.ts';
import { negotiate } from '../../gateway/pipeline/accept.ts';
import { isJson } from '../../gateway/pipeline/content-type.ts';
import { createCsrfGuard } from '../../gateway/pipeline/csrf.ts';
import { type Endpoint, Endpoints } from '../../gateway/pipeline/endpoints.ts';
import { createAddressLists } from '../../gateway/policy/address-lists.ts';
import { AuthenticationError } from '../../gateway/policy/authentication/authentication-error.ts';
import { bearerToken } from '../../gateway/policy/authentication/bearer.ts';
import { claimAt } from '../../gateway/policy/authentication/claims.ts';
import { connectionHeaders } from '../../gateway/policy/authentication/connection-params.ts';
import { createClientAddress, networkOf, readAddress } from '../../gateway/policy/client-address.ts';
import { headerValue } from '../../gateway/policy/forwarding/header-value.ts';
import { joinHeaderFields, quotaFields } from '../../gateway/policy/rate-limits/header-fields.ts';
import { hasBearerToken } from '../../gateway/server/bearer-token.ts';
import { codings, createCodingParser } from '../../gateway/server/compression/accepted-codings.ts';
import { headFault, toOriginForm } from '../../gateway/server/head-faults.ts';
import { admitOrigin } from '../../gateway/server/origin.ts';
import { readBaggage, readContext, writeContext } from '../../gateway/telemetry/trace/trace-context.ts';
import { type Property, property } from './run.ts';
import { anyText, fieldTexts, jsonTexts, texts } from './texts.ts';

const mediaTypes = fieldTexts({
  tokens: [
    'a/b',
    '*/*',
    'text/',
    '/',
    ';',
    ',',
    '=',
    '"',
    '\\',
    '\\"',
    ' ',
    '\t',
    'q=0.5',
    'q',
    'charset',
    'utf-8',
    '"utf-8"',
    'é',
  ],
  samples: [
    'application/json;q=0.1, application/graphql-response+json; charset="utf-8"',
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8',
    'application/json; charset=UTF-8',
    'multipart/mixed;boundary="-";deferSpec=20220824, text/event-stream',
    'a/b;c="\\"";d=e',
  ],
});

const addresses = fieldTexts({
  tokens: [
    '1',
    '10.0.0.1',
    '::1',
    '::',
    ':',
    '.',
    '[',
    ']',
    ',',
    ', ',
    '%eth0',
    '::ffff:',
    '/8',
    '4711',
    'unknown',
    '_hidden',
    'fe80',
  ],
  samples: [
    '203.0.113.7, 10.0.0.2',
    '[2001:db8::1]:443, 192.0.2.7:80',
    '::ffff:192.0.2.1',
    'fe80::1%lo',
    '2001:db8::/32',
  ],
});

const trace = fieldTexts({
  tokens: [
    '00',
    '-',
    '0',
    'f',
    '01',
    'ff',
    'a=1',
    ',',
    '=',
    ';',
    ' ',
    '\t',
    'b@c',
    '0af7651916cd43dd8448eb211c80319c',
    'b7ad6b7169203331',
  ],
  samples: [
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03-more',
    'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    'userId=alice,serverNode=DF%2028;p=1',
    '80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90',
  ],
});

const paths = texts({
  tokens: [
    '/',
    '//',
    '.',
    '..',
    '%2f',
    '%00',
    '%',
    '%E0%A4%A',
    '@',
    '@1',
    '?',
    '#',
    'graphql',
    'web',
    'http://',
    'h',
    ':80',
    'user@',
    '\\',
  ],
  samples: [
    '/graphql',
    '/graphql/web@1',
    '/graphql/x.css',
    '/graphql/web/?query={a}',
    'http://host:80/graphql',
    '/%67raphql',
    '*',
  ],
});

const names = fieldTexts({
  tokens: ['web', '@', '1', '.', '2', 'v', '-', ' ', '999999999999999999999', '2026-11-29', '__proto__', 'é'],
  samples: ['web', 'web@1.4.2', 'com.shop.app', '1.4.2-beta.1', 'v1.4.2 (37)', '2026-11'],
});

const endpoint = (client: string | null) => ({ client }) as Endpoint;
const graph = endpoint(null);
const listed = (reference: string, version: string | null) => ({
  ...{ reference, version, view: endpoint(reference), aliases: [] },
  name: reference.replace(/@.*/, ''),
});
const clients = new ClientDirectory([
  listed('web@1', '1'),
  listed('web@1.4', '1.4'),
  listed('web', '2026-11-29'),
  listed('app', null),
]);
const views = [graph, ...['web', 'web@1', 'web@1.4', 'app'].map((name) => clients.find(name, undefined))];
const endpoints = new Endpoints(graph, { path: '/graphql', clients, clientsOnly: false, listsClients: false });

const request = (headers: IncomingHttpHeaders, url = '/graphql', method = 'POST') =>
  ({ headers, url, method, rawHeaders: [], socket: { remoteAddress: '10.0.0.1' } }) as unknown as IncomingMessage;

const clientAddress = createClientAddress(['loopback', '10.0.0.0/8', '2001:db8::/32']);
const isAllowed = createAddressLists({ allow: ['10.0.0.0/8', '::/0'], deny: ['::ffff:10.1.0.0/112', '2001:db8::/32'] });
const readCodings = createCodingParser(codings);
const csrf = createCsrfGuard({ config: true, graphiql: false });

const isSendable = (text: string) => /^[\x20-\x7e]*$/.test(text) && text === text.trim();

/** A token of an `Authorization` field; null where it is rejected for one of the reasons that there are. */
function tokenOf(field: string): string | null {
  try {
    return bearerToken(field, 100);
  } catch (error) {
    if (error instanceof AuthenticationError) return null;
    throw error;
  }
}

export const fieldProperties = (): Property[] => [
  property('a media type is read, and the same when it is written again', mediaTypes, (text) => {
    const type = parseMediaType(text);
    if (type === null) return true;
    const parameters = [...type.parameters].map(([name, value]) => `;${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`);
    const again = parseMediaType(type.essence + parameters.join(''));
    return again?.essence === type.essence && String([...again.parameters]) === String([...type.parameters]);
  }),
  property('the elements of a list are those of their join, and none is empty', mediaTypes, (text) => {
    const elements = listElements(text);
    const again = listElements(elements.join(', '));
    // An unclosed quote reaches to the end.
    return elements.every((each) => each !== '' && each === each.trim()) && String(again) === String(elements);
  }),
  property('Accept selects a type that the gateway has', mediaTypes, (text) => {
    const { result, list, events, parts, page } = negotiate(text);
    const types = [
      null,
      'application/json',
      'application/graphql-response+json',
      'multipart/mixed',
      'text/event-stream',
    ];
    const streams = [null, 'multipart/mixed', 'text/event-stream'];
    if (!streams.includes(events) || !streams.includes(parts?.type ?? null)) return false;
    return types.includes(result) && types.includes(list) && typeof page === 'boolean';
  }),
  property('a content type is JSON in UTF-8, or is not', mediaTypes, (text) => {
    const type = parseMediaType(text);
    const isUtf8 = type !== null && [null, 'utf-8', 'utf8'].includes(charsetOf(type));
    return isJson(text) === (type?.essence === 'application/json' && isUtf8);
  }),
  property('requests that a page can send without a preflight are rejected', mediaTypes, (type) => {
    const isRejected = csrf(request({ 'content-type': type }), null) !== null;
    const isSimple = ['text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded'].includes(
      type.split(';')[0]!.trim().toLowerCase(),
    );
    return isRejected || !isSimple;
  }),
  property('an address is read in one form', addresses, (text) => {
    const address = readAddress(text);
    if (address === null) return isIP(text) === 0;
    return (
      isIP(address) !== 0 &&
      readAddress(address) === address &&
      networkOf(networkOf(address).replace('/64', '')) === networkOf(address)
    );
  }),
  property('the address of a client is one, whatever proxies and clients write', addresses, (text) => {
    const address = clientAddress.clientAddress(request({ 'x-forwarded-for': text }));
    return (
      isIP(address) !== 0 &&
      typeof isAllowed(address) === 'boolean' &&
      !isAllowed('10.1.0.1') &&
      typeof isAllowed(text) === 'boolean'
    );
  }),
  property(
    'a trace context is exactly as its specification says, and is sent as it came',
    fc.tuple(trace, trace),
    ([parent, state]) => {
      const context = readContext({ traceparent: parent, tracestate: state, b3: parent }, ['w3c', 'b3']);
      const baggage = readBaggage({ baggage: state });
      if (baggage !== null && !/^[\t\x20-\x7e]*$/.test(baggage)) return false;
      if (context === null) return true;
      const fields: string[] = [];
      writeContext(fields, { ...context, baggage: null }, context.spanId, ['w3c']);
      const [, traceparent, , tracestate] = fields;
      const again = readContext({ traceparent, ...(tracestate !== undefined && { tracestate }) }, ['w3c']);
      return (
        again?.traceId === context.traceId &&
        again.spanId === context.spanId &&
        again.state === context.state &&
        /^[\t\x20-\x7e]*$/.test(fields.join(''))
      );
    },
  ),
  property(
    'a claim is one line of a header, and the same when it is decoded',
    fc.oneof(
      anyText,
      jsonTexts.map((text): unknown => JSON.parse(text)),
    ),
    (claim) => {
      const value = headerValue(claim);
      if (value === undefined) return claim === null;
      if (!isSendable(value)) return false;
      return typeof claim !== 'string' || decodeURIComponent(value) === claim.toWellFormed();
    },
  ),
  property(
    'a claim is found at its path, or is not there',
    fc.tuple(
      jsonTexts,
      anyText,
      names.map((path) => path.slice(0, 200)),
    ),
    ([text, name, path]) => {
      const claims = { [`a.${name}`]: { b: JSON.parse(text) as unknown }, c: [text] };
      return (
        JSON.stringify(claimAt(claims, `a.${name}.b`)) === JSON.stringify(JSON.parse(text)) &&
        claimAt(claims, ['c', 'length']) === undefined &&
        (claimAt({ c: 1 }, path) === undefined || path === 'c')
      );
    },
  ),
  property('a path and names select a client, or none', fc.tuple(paths, names, names), ([path, name, version]) => {
    const headers = { 'graphql-client-name': name, 'graphql-client-version': version };
    const found = endpoints.select(path.startsWith('/graphql') ? path : '/graphql', headers);
    const route = endpoints.routeOf(path);
    return (
      (typeof found === 'string' || views.includes(found)) &&
      (route === undefined || route.startsWith('/graphql')) &&
      endpoints.has(path) === (route !== undefined)
    );
  }),
  property('the target of a request is a path, and its host is one', fc.tuple(paths, paths), ([target, host]) => {
    const message = request({ host }, target);
    toOriginForm(message);
    const { host: named = '' } = message.headers;
    const fault = headFault({ ...message, rawHeaders: ['Host', named] } as unknown as IncomingMessage);
    const isOne =
      URL.canParse(`http://${named}`) && new URL(`http://${named}`).pathname === '/' && !named.includes('@');
    return fault !== null || named === '' || isOne;
  }),
  property('a page of another origin may not open a WebSocket', fc.tuple(paths, paths), ([origin, host]) => {
    const headers = { origin, host };
    const config = { csrf: true, authentication: {} } as unknown as Parameters<typeof admitOrigin>[1];
    const isAdmitted = admitOrigin({ headers }, config, null);
    return !isAdmitted || URL.parse(origin)?.host === URL.parse(`${URL.parse(origin)?.protocol}//${host}`)?.host;
  }),
  property(
    'a bearer token is one, and no other is accepted for it',
    fieldTexts({
      tokens: ['Bearer', 'bearer', ' ', '  ', 'a.b.c', '=', '-', '"', ',', 'null', 'Basic', '\t'],
      samples: ['Bearer abc.def.ghi', 'Basic YTpi', 'Bearer   secret-secret', 'bearer null'],
    }),
    (field) => {
      const token = tokenOf(field);
      const isSecret = hasBearerToken(field, 'secret-secret');
      return (token === null || /^[\w\-.~+/]+=*$/.test(token)) && isSecret === /^bearer +secret-secret *$/i.test(field);
    },
  ),
  property(
    'values of a connection count as header fields, if they are listed',
    fc.tuple(jsonTexts, anyText),
    ([text, value]) => {
      const payload = {
        ...(JSON.parse(`{"a":${text}}`) as object),
        Authorization: value,
        headers: JSON.parse(text) as unknown,
      };
      try {
        const headers = connectionHeaders(payload, { host: 'a' }, ['authorization']);
        return Object.keys(headers).every((name) => ['host', 'authorization'].includes(name));
      } catch (error) {
        if (error instanceof AuthenticationError) return true;
        throw error;
      }
    },
  ),
  property(
    'Accept-Encoding selects a coding that the gateway has',
    fieldTexts({
      tokens: ['gzip', 'br', 'zstd', '*', 'identity', ';q=0', ';q=1.5', ';', ',', ' ', 'q', '=', '0.', 'x-gzip'],
      samples: ['gzip, deflate, br, zstd', 'identity;q=0', '*;q=0, gzip;q=0.5', 'br;q=1.000'],
    }),
    (text) => {
      const { acceptable, preferred, identity } = readCodings(text);
      return (
        acceptable.every((each) => codings.includes(each)) &&
        (preferred === null || acceptable.includes(preferred)) &&
        typeof identity === 'boolean'
      );
    },
  ),
  property(
    'an entity tag is found in If-None-Match, or is not there',
    fieldTexts({
      tokens: ['"', 'W/', ',', ' ', 'abc', '*', '"abc"', '\\'],
      samples: ['"abc"', 'W/"abc", "def"', '*', '"a,b"'],
    }),
    (text) => ifNoneMatch(`${text}, "tag"`, '"tag"') || text.split('"').length % 2 === 0 || / /.test(text),
  ),
  property('cache tags are one line of a header', fc.array(anyText, { maxLength: 5 }), (ids) => {
    const fields = tagHeaderFields(
      'cache-tag',
      ids.map((id) => `Type:${id}`),
    );
    return (
      fields !== null &&
      isSendable(Object.values(fields).join()) &&
      ids.every((id) => decodeURIComponent(headerTag(id)) === id.toWellFormed())
    );
  }),
  property(
    'the fields of rate limits are structured fields',
    fc.array(
      fc.record({
        policy: fc.constantFrom('request', 'cost'),
        limit: fc.nat(),
        duration: fc.nat(),
        remaining: fc.nat(),
        resetsIn: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      }),
      { maxLength: 3 },
    ),
    (quotas) => {
      const fields = joinHeaderFields(quotaFields(quotas), [['Retry-After', '7']], [['Retry-After', '12']]);
      return fields.every(([name, value]) =>
        name === 'Retry-After' ? value === '12' : /^("\w+"(;\w+=\d+)+(, )?)+$/.test(value),
      );
    },
  ),
];
