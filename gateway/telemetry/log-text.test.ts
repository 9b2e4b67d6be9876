import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { withoutControls } from './log-text.ts';

test('what a terminal would obey is escaped, and is the same when it is read', () => {
  const line = { userAgent: 'a\u009b2J\u0085b\u007f', message: '\u001b[2J\n\u2028\u2029', name: 'é💡' };
  const written = withoutControls(`${JSON.stringify(line)}\n`);
  expect(written).toMatch(/^[\x20-\x7eé💡]*\n$/u);
  expect(JSON.parse(written)).toEqual(line);
});

test('readable lines have ends of lines, tabs and colours, and nothing else that a terminal obeys', () => {
  const text = 'a\u009b2J\u0085b\u007f\u2028\u001b[2J\u001b]0;title\u0007\rc é💡';
  const script = `
    import { createLog, flushLog } from '${new URL('./log.ts', import.meta.url)}';
    const log = createLog({ level: 'info', format: 'pretty' });
    const text = ${JSON.stringify(text)};
    log.info({ method: 'GET', path: text, status: 404, duration: 1, agent: text }, 'request');
    log.warn({ err: new Error(text) }, text);
    await flushLog(log);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toContain('c é💡');
  expect(stdout.split('a\\u009b2J\\u0085b\\u007f\\u2028').length).toBeGreaterThan(3);
  expect(stdout.replaceAll('\u001b[', '').match(/[^\P{Cc}\n\t]|[\u2028\u2029]/gu)).toBeNull();
  expect(stdout).not.toContain('\u001b[2J');
});
