// Types of a response by Accept. That both HTTP paths respond with them is tested in test/http/negotiation.test.ts.
import { expect, test } from 'vitest';
import { negotiate } from './accept.ts';

const json = 'application/json';
const graphql = 'application/graphql-response+json';

test.each<[accept: string | undefined, type: string | null]>([
  // The usual headers of clients.
  [undefined, json],
  ['*/*', json],
  ['application/json, text/plain, */*', json],
  [`${graphql}, ${json};q=0.9`, graphql],
  [`${graphql},${json};q=0.9`, graphql],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', json],
  ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', json],
  [`multipart/mixed;deferSpec=20220824,${graphql},${json};q=0.9`, graphql],
  [`multipart/mixed; boundary="graphql"; subscriptionSpec="1.0", ${json}`, json],
  // The higher quality, then the order.
  [`${json};q=0.1, ${graphql}`, graphql],
  [`${graphql};q=0.1, ${json}`, json],
  [`${graphql};q=0.5, ${json};q=0.5`, graphql],
  [`${json};q=0.5, ${graphql};q=0.5`, json],
  [`${json};q=0.001, ${graphql};q=0.002`, graphql],
  ['text/event-stream, application/json', json],
  ['text/event-stream, application/json;q=0.5', 'text/event-stream'],
  ['multipart/mixed, application/json;q=0.5', 'multipart/mixed'],
  ['multipart/mixed;q=0.5, text/event-stream;q=0.5', 'multipart/mixed'],
  // Quality 0 is not acceptable, also within a range.
  [`${json};q=0`, null],
  [`${json};q=0.000, ${graphql};q=0`, null],
  [`${json};q=0, */*`, graphql],
  [`*/*, ${json};q=0`, graphql],
  [`application/*;q=0, */*;q=0.1`, 'multipart/mixed'],
  ['*/*;q=0', null],
  // The most specific range of a type, wherever it stands.
  ['*/*;q=0.1', json],
  [`*/*, ${json};q=0.1`, graphql],
  [`application/*;q=0.2, ${json};q=0.1`, graphql],
  [`application/*;q=0.9, ${graphql};q=1`, graphql],
  [`${json};q=0.2, ${json};charset=utf-8;q=0.9, ${graphql};q=0.5`, json],
  ['text/*', 'text/event-stream'],
  ['application/*', json],
  // Parameters, quotes and case.
  ['Application/JSON', json],
  [`${graphql.toUpperCase()}`, graphql],
  [`${json}; charset="utf-8"`, json],
  [`${json};CHARSET="UTF-8";Q=0.5, ${graphql};q="0.4"`, json],
  [`${json}; charset=latin1, ${graphql}`, graphql],
  [`${json}; charset=latin1`, null],
  [`${json}; x="a,${graphql};q=1"`, json],
  // Malformed weights are no weights, malformed ranges are no ranges.
  [`${json};q=high, ${graphql};q=0.9`, json],
  [`${json};q=-1, ${graphql};q=0.9`, json],
  [`${json};q=7, ${graphql};q=0.9`, json],
  [`*/json, ${graphql}`, graphql],
  [`application/json/more, ${graphql}`, graphql],
  [`;, ${graphql}`, graphql],
  ['*/json', null],
  ['*', null],
  ['json', null],
  ['application/jsonp', null],
  ['image/png', null],
  ['text/html', null],
  // Nothing in the list is no list.
  ['', json],
  [',', json],
  [' , ,', json],
])('Accept %j gets %s', (accept, type) => {
  expect(negotiate(accept).result).toBe(type);
  // From memory now.
  expect(negotiate(accept).result).toBe(type);
});

const parts = 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0';

test.each<[accept: string | undefined, events: string | null]>([
  [undefined, 'text/event-stream'],
  ['*/*', 'text/event-stream'],
  ['text/event-stream', 'text/event-stream'],
  ['text/event-stream;q=0.1, application/json', 'text/event-stream'],
  ['text/*', 'text/event-stream'],
  ['application/json', null],
  [`${graphql}, application/json;q=0.9`, null],
  ['text/event-stream;q=0, */*', null],
  ['image/png', null],
  [`${parts},${graphql},application/json;q=0.9`, 'multipart/mixed'],
  ['multipart/mixed;subscriptionSpec="1.0", application/json', 'multipart/mixed'],
  ['Multipart/Mixed; SUBSCRIPTIONSPEC=1.0', 'multipart/mixed'],
  [`${parts}, text/event-stream`, 'multipart/mixed'],
  [`text/event-stream, ${parts}`, 'text/event-stream'],
  [`text/event-stream;q=0.5, ${parts};q=0.6`, 'multipart/mixed'],
  [`*/*, ${parts};q=0.9`, 'text/event-stream'],
  [`${parts};q=0`, null],
  // Parts of another format.
  ['multipart/mixed', null],
  ['multipart/mixed;deferSpec=20220824', null],
  ['multipart/mixed;subscriptionSpec=2.0', null],
  ['multipart/*;subscriptionSpec=1.0', null],
  ['text/event-stream, multipart/mixed', 'text/event-stream'],
])('Accept %j: events are of type %s', (accept, events) => {
  expect(negotiate(accept).events).toBe(events);
});

test.each<[accept: string | undefined, page: boolean]>([
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
  ['text/html', true],
  ['text/html, application/json', true],
  ['text/html;q=0.9, application/json;q=0.8', true],
  ['application/json, text/html', false],
  ['application/json, text/html;q=0.1', false],
  ['text/html;q=0', false],
  ['text/html;q=0, */*', false],
  ['text/*', false],
  // Of this spelling Yoga makes no page.
  ['TEXT/HTML', false],
  ['*/*', false],
  [undefined, false],
])('Accept %j: a page is preferred: %s', (accept, page) => {
  expect(negotiate(accept).page).toBe(page);
});

test('memory holds no long headers and no great number of them', () => {
  for (let index = 0; index < 5000; index += 1) {
    expect(negotiate(`text/x${index}, ${graphql}`).result).toBe(graphql);
    if (index % 50 === 0) expect(negotiate(`${'image/png, '.repeat(100)}${json};x=${index}`).result).toBe(json);
  }
});
