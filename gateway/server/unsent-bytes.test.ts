import { expect, test } from 'vitest';
import { httpSection } from '../config/http.ts';
import { createLog } from '../telemetry/log.ts';
import { UnsentBytes, type Waiting } from './unsent-bytes.ts';

function open(config: object) {
  let now = 0;
  const cuts: string[] = [];
  const unsent = new UnsentBytes(httpSection.parse(config), createLog({ level: 'silent' }), () => now);
  const response = (name: string, connection: object = {}): Waiting =>
    unsent.open({ connection, address: undefined, cut: () => cuts.push(name) });
  // Checks happen with each response that makes more than a bound wait.
  const check = (bytes = 10_000) => {
    const more = response('check');
    more.set(bytes);
    more.set(0);
  };
  const at = (time: number) => {
    now = time;
  };
  return { unsent, cuts, response, check, at };
}

test('a response whose client reads is never cut off; one without progress is, the longest first, until the bound is met', () => {
  const { cuts, response, check, at, unsent } = open({ maxUnsentTotal: 1000 });
  const [first, second, third] = ['first', 'second', 'third'].map((name) => response(name)) as [
    Waiting,
    Waiting,
    Waiting,
  ];
  first.set(900);
  second.set(900);
  third.set(900);
  check();
  expect(cuts).toEqual([]);
  at(4000);
  first.progress();
  at(6000);
  check(1);
  expect(cuts).toEqual(['second', 'third']);
  expect(unsent.total).toBe(900);
  at(60_000);
  check();
  expect(cuts).toEqual(['second', 'third', 'first']);
  expect(unsent.total).toBe(0);
});

test('a connection has a bound of its own, which one response alone may exceed while it is read', () => {
  const { cuts, response, check, at } = open({ maxUnsentBytes: 1000, maxUnsentTotal: 50_000 });
  const connection = {};
  const read = response('read', connection);
  read.set(1500);
  response('other').set(900);
  response('unread', connection).set(800);
  at(4999);
  read.progress();
  at(6000);
  check();
  expect(cuts).toEqual(['unread']);
});

test('what has been read counts no more', () => {
  const { unsent, response } = open({});
  const waiting = response('response');
  waiting.set(500);
  waiting.set(200);
  expect(unsent.total).toBe(200);
  waiting.set(0);
  waiting.progress();
  expect(unsent.total).toBe(0);
});
