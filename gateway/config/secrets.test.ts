import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { withExternalValues } from './external-values.ts';
import { env } from './secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
const path = join(folder, 'secret');
writeFileSync(path, 'redis://:secret@a\n');
writeFileSync(join(folder, 'empty'), '\n');
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => void vi.unstubAllEnvs());

test('a variable with _FILE after its name has the path of a file with the value', () => {
  vi.stubEnv('KEY_FILE', path);
  expect(env('KEY')).toBe('redis://:secret@a');
  expect(env('KEY', 'fallback')).toBe('redis://:secret@a');
  vi.stubEnv('KEY', '');
  expect(env('KEY')).toBe('redis://:secret@a');
});

test('a file that is missing or empty, and both variables at once, are named without any value', () => {
  vi.stubEnv('KEY_FILE', '/none');
  expect(() => env('KEY', 'fallback')).toThrow('KEY_FILE: the file /none does not exist');
  vi.stubEnv('KEY_FILE', join(folder, 'empty'));
  expect(() => env('KEY')).toThrow('KEY_FILE: the file');
  vi.stubEnv('KEY_FILE', path);
  vi.stubEnv('KEY', 'value');
  expect(() => env('KEY')).toThrow(/^the environment variables KEY and KEY_FILE are both set: unset one of them$/);
  expect(() => env('OTHER')).toThrow(
    'the environment variable OTHER is not set; set it, or OTHER_FILE to the path of a file',
  );
});

test('REDIS_URL_FILE sets the address of Redis, and messages about it name the file alone', () => {
  const { config, origins } = withExternalValues({}, {}, { REDIS_URL_FILE: path }, folder);
  expect(config).toEqual({ redis: { url: 'redis://:secret@a' } });
  expect([...origins]).toEqual([['redis.url', `REDIS_URL_FILE=${path}`]]);
});
