import { expect, test } from 'vitest';
import { UnknownClients } from './unknown-clients.ts';

test('each new name has a line, up to a hundred, and counts have one in an hour', () => {
  const lines: unknown[][] = [];
  let now = 0;
  const unknown = new UnknownClients({ warn: (...line: unknown[]) => void lines.push(line) }, () => now);
  for (let number = 0; number < 300; number++) unknown.note(`name ${number}`, () => '');
  unknown.note('name 7', () => '');
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)?.[0]).toEqual({ client: '(other)' });
  now = 3_600_000;
  for (let time = 0; time < 3; time++) unknown.note('name 7', () => '');
  expect(lines).toHaveLength(102);
  const [{ requests }] = lines.at(-1) as [{ requests: Record<string, number> }];
  expect(requests).toMatchObject({ 'name 7': 3, '(other)': 200 });
});
