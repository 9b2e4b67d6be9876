// Operation checks: the denied fields of an operation, and the rejection of the whole.

import { expect, test } from 'vitest';
import { composeGraph } from '../compose/graph.ts';
import { rateLimitsSchema } from '../config/rate-limits.ts';
import { DocumentStore } from '../engine/document-store.ts';
import { UnsupportedOperation } from '../planner/unsupported-operation.ts';
import { Authorization } from './authorization.ts';
import { readCostRules } from './limits/cost-rules.ts';
import {
  type AdmittedOperation,
  type CallerContext,
  OperationChecks,
  type OperationChecksOptions,
} from './operation-checks.ts';
import { createCounters, createFieldLimits, createRequestLimits } from './rate-limits/index.ts';
import { Rejection } from './rejection.ts';

const graph = composeGraph([
  {
    name: 'only',
    sdl: `
      type Query {
        open: Int
        pin: Int @authenticated
        wage: Int @requiresScopes(scopes: [["hr"]])
        bonus: Int @requiresScopes(scopes: [["hr"]]) @rateLimit(limit: 1)
        visits: Int @rateLimit(limit: 1)
        others: Int @rateLimit(limit: 1, duration: 3600)
        thing: Thing
      }
      type Thing { x: Int thing: Thing }`,
  },
]);

function operationChecks(
  options: Partial<Omit<OperationChecksOptions, 'cost'>> & { costLimit?: number; budget?: number } = {},
) {
  const { costLimit, budget, ...rest } = options;
  const config = rateLimitsSchema.parse({ ...(budget && { cost: { budget, duration: 60 } }) });
  const counters = createCounters({ config, redis: null, log: { info() {}, warn() {} } });
  const subject = new OperationChecks({
    schema: graph.schema,
    rules: graph.rules,
    authorization: new Authorization({ policies: {}, onPolicyError() {} }),
    mode: 'field',
    defaultMaxAge: 0,
    fieldLimits: createFieldLimits(graph.rules.rateLimits, counters),
    measuresFieldLimits: false,
    requestLimits: createRequestLimits(config, counters),
    slicing: () => [],
    maxSteps: 1000,
    cost: {
      rules: readCostRules(graph.sources),
      limit: costLimit ?? null,
      isMeasured: false,
      assumedListSize: 10,
      budgets: budget !== undefined,
      isCounted: false,
    },
    ...rest,
  });
  const documents = new DocumentStore({
    schema: graph.schema,
    compile: () => {
      throw new UnsupportedOperation('nothing is planned here');
    },
    maxDocuments: 100,
    maxBytes: 1_000_000,
  });
  return async (text: string, caller = anonymous, variables: Record<string, unknown> = {}) => {
    const operation = documents.get(text).operation(undefined);
    if (!operation) throw new Error('There is no operation.');
    return subject.check(operation, variables, caller);
  };
}

const use = (scopes: readonly string[] | null): CallerContext => {
  const identity = scopes && { key: 'k', subject: 'u1', issuer: 'i', scopes, roles: [], claims: {} };
  const caller = { identity, address: '192.0.2.1', client: null };
  const { signal } = new AbortController();
  return { requestId: 'r', identity, signal, caller, wouldReject() {}, isolate() {} };
};
const anonymous = use(null);

const reported = (judged: AdmittedOperation | Rejection) =>
  judged instanceof Rejection
    ? {
        rejected: judged.errors.map(({ extensions }) => extensions.code),
        headers: judged.headers.map(([name]) => name.toLowerCase()),
      }
    : { denied: judged.deniedFields.key.split('\n').filter(Boolean) };

test("in mode 'field', denied fields are named and the rest goes on", async () => {
  const admit = operationChecks();
  expect(reported(await admit('{ open }'))).toEqual({ denied: [] });
  expect(reported(await admit('{ open pin wage }'))).toEqual({ denied: ['Query.pin', 'Query.wage'] });
  expect(reported(await admit('{ open pin wage }', use([])))).toEqual({ denied: ['Query.wage'] });
});

test("in mode 'request', it rejects with the most helpful status", async () => {
  const admit = operationChecks({ mode: 'request' });
  const rejection = (await admit('{ open pin wage }')) as Rejection;
  expect(reported(rejection)).toEqual({ rejected: ['UNAUTHENTICATED'], headers: ['www-authenticate'] });
  expect(rejection.errors[0]?.extensions.http).toEqual({ status: 401 });
  const forbidden = (await admit('{ open pin wage }', use([]))) as Rejection;
  expect(reported(forbidden)).toEqual({ rejected: ['FORBIDDEN'], headers: [] });
  expect(forbidden.errors[0]?.extensions.http).toEqual({ status: 403 });
});

test('a denied field consumes nothing of a limit', async () => {
  const admit = operationChecks();
  for (let time = 0; time < 3; time += 1) {
    expect(reported(await admit('{ open bonus }', use([])))).toEqual({ denied: ['Query.bonus'] });
  }
  expect(reported(await admit('{ open bonus }', use(['hr'])))).toEqual({ denied: [] });
  expect(reported(await admit('{ open bonus }', use(['hr'])))).toEqual({ denied: ['Query.bonus bonus'] });
});

test('a place beyond its limit is denied; where nothing else is selected, the operation is rejected', async () => {
  const admit = operationChecks();
  expect(reported(await admit('{ visits again: visits }'))).toEqual({ denied: ['Query.visits again'] });
  expect(reported(await admit('{ visits }'))).toEqual({ rejected: ['RATE_LIMIT_EXCEEDED'], headers: ['retry-after'] });
  expect(reported(await admit('{ visits open }'))).toEqual({ denied: ['Query.visits visits'] });
  expect(reported(await admit('{ visits __schema { types { name } } }'))).toEqual({ denied: ['Query.visits visits'] });
});

test('of several limits, Retry-After is that of the longest window', async () => {
  const admit = operationChecks();
  await admit('{ visits others }');
  const { headers, errors } = (await admit('{ visits others }')) as Rejection;
  expect(errors).toHaveLength(2);
  expect(Number(headers[0]?.[1])).toBeGreaterThan(3500);
});

test('an operation over the maximum cost is rejected, whatever the caller', async () => {
  const admit = operationChecks({ costLimit: 2 });
  expect(reported(await admit('{ a: thing { x } b: thing { x } }'))).toEqual({ denied: [] });
  expect(reported(await admit('{ a: thing { x } b: thing { x } c: thing { x } }', use(['hr'])))).toEqual({
    rejected: ['COST_LIMIT_EXCEEDED'],
    headers: [],
  });
});

test('an operation over the rest of a budget is rejected with 429, and a cheaper one is not', async () => {
  const admit = operationChecks({ budget: 3 });
  expect(reported(await admit('{ a: thing { x } b: thing { x } }'))).toEqual({ denied: [] });
  const rejection = (await admit('{ a: thing { x } b: thing { x } }')) as Rejection;
  expect(reported(rejection)).toMatchObject({
    rejected: ['RATE_LIMIT_EXCEEDED'],
    headers: expect.arrayContaining(['retry-after']),
  });
  expect(rejection.errors[0]?.extensions).toMatchObject({ policy: 'cost', http: { status: 429 } });
  expect(reported(await admit('{ thing { x } }'))).toEqual({ denied: [] });
});

test('an operation that takes too many steps to analyze is rejected, however often it comes', async () => {
  const levels = Array.from({ length: 18 }, (_, level) => {
    const next = level === 17 ? 'x' : `...f${level + 1}`;
    return `fragment f${level} on Thing { a: thing { ${next} } b: thing { ${next} } }`;
  });
  const admit = operationChecks({ maxSteps: 50 });
  const text = `{ thing { ...f0 } } ${levels.join(' ')}`;
  for (let time = 0; time < 2; time += 1) {
    expect(reported(await admit(text))).toEqual({ rejected: ['OPERATION_TOO_COMPLEX'], headers: [] });
  }
});
