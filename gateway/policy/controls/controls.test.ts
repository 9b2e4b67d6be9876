// Controls by a clock: their expiry, rate and share, without a server.
import { buildSchema, parse } from 'graphql';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ControlConfig } from '../../config/controls.ts';
import type { PreparedOperation } from '../../engine/prepared-operation.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { ControlledOperation } from './control.ts';
import { Controls } from './controls.ts';
import { usesField } from './field-use.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2027-01-01T00:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const log = { isLevelEnabled: () => false } as unknown as Logger;
const caller = { requestId: '', address: '', client: null, clientName: null, clientVersion: null, identity: null };

const schema = buildSchema(`
  interface Named { name: String } union Any = A | B
  type A implements Named { name: String other: A } type B implements Named { name: String }
  type Query { a: A b: B named: Named any: Any }
`);

function operationOf(text: string): PreparedOperation {
  const document = parse(text);
  const [operation] = document.definitions;
  return { document, operation, name: 'A', choice: () => '', conditions: () => ({}) } as unknown as PreparedOperation;
}

const controlled = { operation: operationOf('query A { a { name } }'), values: {}, schema, caller, subgraphs: null };

const common = { id: 'one', reason: 'r', owner: 'o', target: { operation: 'A' }, expires: '2027-01-25T00:00:00Z' };
/** Without Redis, it decides at once. */
const every = (count: number, controls: Controls, one: ControlledOperation = controlled) =>
  Array.from({ length: count }, () => controls.checkOperation(one)).filter((rejection) => rejection === null).length;

test('a control ends when it expires, also after longer than a timer can wait', () => {
  const controls = new Controls({ log });
  controls.replace('admin', [{ ...common, action: 'reject' }]);
  expect(every(1, controls)).toBe(0);
  vi.advanceTimersByTime(24 * 86_400_000 - 1);
  expect(every(1, controls)).toBe(0);
  vi.advanceTimersByTime(2);
  expect([every(1, controls), controls.hasAny, controls.of('admin')]).toEqual([1, false, []]);
  controls.close();
});

test('throttling lets a rate through, which goes on when other controls change; sampling a share', () => {
  let now = 0;
  const numbers = [0.1, 0.24, 0.25, 0.9];
  const controls = new Controls({ log, monotonic: () => now, random: () => numbers.shift() ?? 1 });
  const throttle: ControlConfig = { ...common, action: 'throttle', perSecond: 5 };
  controls.replace('admin', [throttle]);
  expect(every(20, controls)).toBe(5);
  controls.replace('file', [{ ...common, id: 'two', action: 'reject', target: { operation: 'Other' } }]);
  expect(every(20, controls)).toBe(0);
  now += 400;
  expect(every(20, controls)).toBe(2);
  now += 3_600_000;
  expect(every(20, controls)).toBe(5);
  controls.replace('admin', [{ ...common, action: 'sample', share: 0.25 }]);
  expect(every(4, controls)).toBe(2);
  controls.close();
});

test.each<[coordinate: string, query: string, uses: boolean]>([
  ['A.name', '{ a { name } }', true],
  ['A.name', '{ b { name } }', false],
  ['A.name', '{ named { name } }', true],
  ['Named.name', '{ b { name } }', true],
  ['A.name', '{ named { ... on B { name } } }', false],
  ['A.name', '{ any { ... on A { x: name } } }', true],
  ['A.name', '{ any { ... on Named { name } } }', true],
  ['A.name', '{ a { name @skip(if: true) } }', false],
  ['A.name', '{ a { ... @include(if: false) { name } } }', false],
  ['A.name', 'query { a { other { ...F } } } fragment F on A { other { ...G } } fragment G on A { name }', true],
  ['A.name', '{ a { name: __typename } }', false],
])('%s is used by %s: %s', (coordinate, query, uses) => {
  expect(usesField(schema, operationOf(query), coordinate, {})).toBe(uses);
});
