// Media type of a plain response. That Yoga responds with the same is tested in `test/fast-path`.
import { expect, test } from 'vitest';
import { acceptedMediaType } from './media-type.ts';

const json = 'application/json';
const graphql = 'application/graphql-response+json';

test.each([
  [undefined, json],
  ['', json],
  ['*/*', json],
  ['application/*', json],
  [json, json],
  ['Application/JSON', json],
  ['application/json; charset=utf-8', json],
  ['application/json;charset=UTF-8;q=0.5', json],
  [graphql, graphql],
  [`${graphql}; charset=utf-8`, graphql],
  [`text/html, ${graphql}, ${json}`, graphql],
  [`${graphql}, application/json;q=0.9`, graphql],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', json],
  [`application/json; charset=latin1, ${graphql}`, graphql],
  ['text/event-stream, application/json', json],
])('Accept %j gets %s', (accept, type) => {
  expect(acceptedMediaType(accept)).toBe(type);
});

test('the first of two types applies, whatever its weight', () => {
  expect(acceptedMediaType(`application/json;q=0.1, ${graphql}`)).toBe(json);
  expect(acceptedMediaType(`${graphql};q=0.1, ${json}`)).toBe(graphql);
});

test.each([
  'text/html',
  'text/event-stream',
  'multipart/mixed',
  'image/png',
  'text/*',
  'application/xml',
  'application/json; charset=latin1',
  'application/jsonp',
])('Accept "%s" gets no plain response', (accept) => {
  expect(acceptedMediaType(accept)).toBeNull();
});

test.each(['json', ',', '*/json', `*/json, ${graphql}`, `application/json/more, ${graphql}`, '*', `;, ${json}`])(
  'Accept "%s", which is no list of media ranges, is left to Yoga',
  (accept) => {
    expect(acceptedMediaType(accept)).toBeNull();
  },
);
