// Series of the growth benchmark, one dimension each: the entities of a response, the subgraphs it comes from, the
// documents in use.

import type { BenchRequest, Exchange } from '../run/candidate.ts';
import { itemsRequest } from './generated.ts';

export type Point = { size: number; subgraphs: number; request: BenchRequest };

export type Series = { name: string; title: string; points: readonly Point[] };

export const series: readonly Series[] = [
  {
    name: 'entities',
    title: 'Entities in the response (two subgraphs)',
    points: [1, 10, 100, 1000].map((items) => ({ size: items, subgraphs: 2, request: request(items, 2) })),
  },
  {
    name: 'subgraphs',
    title: 'Subgraphs that one entity comes from (ten entities)',
    points: [2, 8, 32].map((count) => ({ size: count, subgraphs: count, request: request(10, count) })),
  },
  {
    name: 'documents',
    title: 'Distinct documents in use (ten entities, two subgraphs)',
    points: [1, 100, 10_000].map((documents) => ({
      size: documents,
      subgraphs: 2,
      request: { ...request(10, 2), exchanges: (verified) => variants(verified, documents) },
    })),
  },
];

function request(items: number, count: number): BenchRequest {
  const { query, data } = itemsRequest(items, count);
  return { body: JSON.stringify({ query }), data };
}

/**
 * The same request under other operation names and aliases, and the response with the alias in place of the field's
 * name.
 */
function variants({ body, expected }: Exchange, count: number): Exchange[] {
  return Array.from({ length: count }, (_, index) => ({
    body: body.replace('query Items { items(', `query Items${index} { items${index}: items(`),
    expected: expected.replace('"items":', `"items${index}":`),
  }));
}
