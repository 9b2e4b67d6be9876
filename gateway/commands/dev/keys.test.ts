// Keys of `concierge dev`: what each does in a terminal, and that other input is left alone.
import { expect, onTestFinished, test, vi } from 'vitest';
import { type KeyActions, readKeys } from './keys.ts';

function terminal({ isTTY = true, services = ['users', 'orders'] } = {}) {
  const done: string[] = [];
  const printed = vi.spyOn(console, 'log').mockImplementation((line: string) => void done.push(`print: ${line}`));
  onTestFinished(() => printed.mockRestore());
  let press = (_text: string) => {};
  const on = new Map(services.map((name) => [name, true]));
  const actions: KeyActions = {
    restart: () => void done.push('restart'),
    open: () => void done.push('open'),
    quit: () => void done.push('quit'),
    services: () =>
      services.map((name) => ({
        setup: {
          name,
          command: ['node'],
          folder: '/',
          url: 'http://127.0.0.1:4001/graphql',
          protocol: 'graphql' as const,
          watch: [],
        },
        get isOn() {
          return on.get(name) ?? false;
        },
        start: async () => void (on.set(name, true) && done.push(`start ${name}`)),
        stop: async () => void (on.set(name, false) && done.push(`stop ${name}`)),
      })),
  };
  const input = {
    isTTY,
    setRawMode: (isRaw: boolean) => done.push(`raw: ${isRaw}`),
    setEncoding: () => {},
    on: (_event: 'data', listener: (text: string) => void) => {
      press = listener;
    },
  };
  return { done, isRead: readKeys(input, actions), press: (text: string) => press(text) };
}

test('r restarts, o opens the page, q and Ctrl-C quit, and other keys do nothing', () => {
  const { done, press, isRead } = terminal();
  expect(isRead).toBe(true);
  for (const key of ['r', 'o', 'x', 'q', '\u0003']) press(key);
  expect(done).toEqual(['raw: true', 'restart', 'open', 'quit', 'quit']);
});

test('s and a number stop that service, and start it again; another key leaves all as they are', () => {
  const { done, press } = terminal();
  press('s2');
  press('s');
  press('2');
  press('sx');
  press('sr');
  expect(done.filter((line) => !line.startsWith('print: orders') && !line.startsWith('raw'))).toEqual([
    'print: 1 stop users · 2 stop orders · any other key: nothing',
    'stop orders',
    'print: 1 stop users · 2 start orders · any other key: nothing',
    'print: Starting orders …',
    'start orders',
    'print: 1 stop users · 2 stop orders · any other key: nothing',
    'print: 1 stop users · 2 stop orders · any other key: nothing',
  ]);
});

test('s with one service needs no number, and without any says so', () => {
  const one = terminal({ services: ['users'] });
  one.press('s');
  expect(one.done).toContain('stop users');
  const none = terminal({ services: [] });
  none.press('s');
  expect(none.done).toContain('print: There is no service to stop: none has dev.command.');
});

test('input that is no terminal is not read', () => {
  const { done, isRead } = terminal({ isTTY: false });
  expect([isRead, done]).toEqual([false, []]);
});
