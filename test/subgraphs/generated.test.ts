// The generated resolver types are those of the SDL as it stands.
import { readFile } from 'node:fs/promises';
import { generate } from '@graphql-codegen/cli';
import { expect, test } from 'vitest';
import codegen from '../../codegen.ts';

test('the checked-in resolver types are what codegen makes of the SDL', async () => {
  const files = await generate({ ...codegen, silent: true }, false);
  expect(files.length).toBeGreaterThanOrEqual(3);
  for (const { filename, content } of files) {
    expect(await readFile(filename, 'utf8'), `${filename} is out of date: npm run codegen`).toBe(content);
  }
});
