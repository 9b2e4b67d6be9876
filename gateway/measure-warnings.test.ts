// Warnings about rules in measure mode, by the configuration alone.
import { expect, test } from 'vitest';
import type { Client } from './client-views/load-clients.ts';
import { checkConfig } from './config/load.ts';
import { measureWarnings } from './measure-warnings.ts';

const subgraphs = { items: { url: 'http://127.0.0.1:1/graphql', schema: 'items.graphql' } };

test('every rule that is not enforced is named at the start, and unprotected fields in capitals', () => {
  const config = checkConfig({
    subgraphs,
    limits: { mode: 'measure' },
    rateLimits: { mode: { cost: 'measure', fields: 'enforce' }, plans: { trial: { mode: 'measure' }, gold: {} } },
    authorization: { mode: 'measure' },
  });
  const client = { reference: 'web', definition: { limits: { mode: { depth: 'measure' } } } } as unknown as Client;
  expect(measureWarnings(config, [client])).toEqual([
    expect.stringContaining('authorization.mode is "measure": NO FIELD IS PROTECTED; every caller'),
    'limits.mode: measured, and not enforced: depth, aliases, rootFields, tokens, directives, conditions, cost, ' +
      'subgraphCost, variablesBytes, batch',
    'rateLimits.mode: measured, and not enforced: cost',
    'rateLimits.plans.trial.mode: measured, and not enforced: request, perAddress, perClient, cost, quotas',
    'client web: limits.mode: measured, and not enforced: depth',
  ]);
  expect(measureWarnings(checkConfig({ subgraphs, limits: { mode: { depth: 'enforce' } } }), [])).toEqual([]);
});

test('a limit that cannot be measured is an error', () => {
  expect(() => checkConfig({ subgraphs, limits: { mode: { steps: 'measure' } as object } })).toThrow('limits.mode');
});
