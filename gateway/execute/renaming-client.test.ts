// Renaming of responses that several requests share: once for each of them.
import { expect, test } from 'vitest';
import { scope } from '../../test/harness/test-upstream.ts';
import type { ServiceNames } from '../compose/renames/service-names.ts';
import { InFlightDeduplicator } from '../transport/in-flight-deduplicator.ts';
import type { Done } from '../transport/subgraph-exchange.ts';
import { RenamingQueries, RequestTexts } from './renaming-client.ts';

test('a response that requests in flight share is renamed once for each of them', () => {
  const sent: Done[] = [];
  const client = { name: 'a', execute: (_body: string, _scope: object, done: Done) => void sent.push(done) };
  const names: Pick<ServiceNames, 'request'> = {
    request: (document) => ({
      ...{ document, mapVariables: null },
      mapData: (data) => {
        (data as { v: string }).v += ', renamed';
      },
    }),
  };
  const queries = new RenamingQueries(new InFlightDeduplicator(client), new RequestTexts(names as ServiceNames));
  const received: unknown[] = [];
  for (let count = 0; count < 3; count += 1) {
    queries.execute('{"query":"{ v }"}', scope(), (_error, response) => received.push(response?.data));
  }
  expect(sent).toHaveLength(1);
  const response = { data: { v: 'value' } };
  sent[0]?.(null, response);
  expect(received).toEqual([{ v: 'value, renamed' }, { v: 'value, renamed' }, { v: 'value, renamed' }]);
  expect(response.data.v).toBe('value');
});
