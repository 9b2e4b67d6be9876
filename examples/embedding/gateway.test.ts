import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gateway } from './gateway.ts';

after(() => gateway.stop());

test('books have titles', async () => {
  const { status, json } = await gateway.inject({ query: '{ books { title } }' });
  assert.equal(status, 200);
  assert.deepEqual(json(), { data: { books: [{ title: 'Middlemarch' }, { title: 'Germinal' }] } });
});
