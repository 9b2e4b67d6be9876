import { expect, test } from 'vitest';
import { withoutControls } from './log-text.ts';

test('what a terminal would obey is escaped, and is the same when it is read', () => {
  const line = { userAgent: 'a\u009b2J\u0085b\u007f', message: '\u001b[2J\n\u2028\u2029', name: 'é💡' };
  const written = withoutControls(`${JSON.stringify(line)}\n`);
  expect(written).toMatch(/^[\x20-\x7eé💡]*\n$/u);
  expect(JSON.parse(written)).toEqual(line);
});
