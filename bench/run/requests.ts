// Requests of the benchmark: the measured queries, each with the expected data of its response.

import { readFileSync } from 'node:fs';
import { graphqlSync } from 'graphql';
import { wholeSchema } from '../subgraphs/single-schema.ts';
import type { BenchRequest } from './candidate.ts';

export const queryNames = ['large', 'small-three', 'small-one'] as const;
export type QueryName = (typeof queryNames)[number];

export const queryTitles: Record<QueryName, string> = {
  large: 'Large: four subgraphs, 88 kB response',
  'small-three': 'Small: three subgraphs in two rounds, 3 kB response',
  'small-one': 'Small: one subgraph, 0.2 kB response',
};

/** Takes a name as given on the command line; throws on one that no query has. */
export function queryNamed(given: string): QueryName {
  const query = queryNames.find((name) => name === given);
  if (query) return query;
  throw new Error(`There is no query "${given}"; there are ${queryNames.join(', ')}.`);
}

/** The expected data comes from graphql-js on the same rows without any federation. */
export function requestOf(name: QueryName): BenchRequest {
  const query = readFileSync(new URL(`../queries/${name}.graphql`, import.meta.url), 'utf8');
  const { data, errors } = graphqlSync({ schema: wholeSchema, source: query });
  if (errors) throw new Error(`The query ${name} has errors: ${errors.join('; ')}`);
  // Through JSON, as a response comes: graphql-js makes objects without a prototype, which compare as different.
  return { body: JSON.stringify({ query }), data: JSON.parse(JSON.stringify(data)) };
}
