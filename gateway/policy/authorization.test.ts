// Authorization: authentication, scopes and policies, checked together.
import { expect, test } from 'vitest';
import type { Requirement } from '../compose/requirements.ts';
import type { PolicyFunction } from '../config/authorization.ts';
import type { GatewayContext } from '../config/context.ts';
import type { DeniedFields } from '../query-plan/denied-fields.ts';
import type { Analysis } from './analysis.ts';
import { Authorization, unknownPolicies } from './authorization.ts';

const nothing: Requirement = { authenticated: false, scopes: [], policies: [] };

function analysisOf(
  fieldRequirements: Record<string, Partial<Requirement>>,
  types: Record<string, Partial<Requirement>> = {},
) {
  const filled = (all: Record<string, Partial<Requirement>>) =>
    new Map(Object.entries(all).map(([what, some]) => [what, { ...nothing, ...some }]));
  return { fieldRequirements: filled(fieldRequirements), typeRequirements: filled(types) } as unknown as Analysis;
}

function caller(scopes: readonly string[] | null): GatewayContext {
  const identity = scopes && { key: 'k', subject: 'u1', issuer: 'i', scopes, roles: [], claims: {} };
  return { requestId: 'r', identity, signal: new AbortController().signal };
}

function authorization(policies: Record<string, PolicyFunction> = {}) {
  const failed: string[] = [];
  const subject = new Authorization({ policies, onPolicyError: (policy, error) => failed.push(`${policy}: ${error}`) });
  return { subject, failed };
}

const codes = ({ all }: DeniedFields) =>
  Object.fromEntries([...all].map(([what, { extensions }]) => [what, extensions.code]));

test('without access rules nothing is checked, whatever the caller', () => {
  const { subject } = authorization();
  expect(subject.judge(analysisOf({}), caller(null))).toMatchObject({ key: '' });
});

test('authentication is required before anything else', async () => {
  const { subject } = authorization({ yes: () => true });
  const analysis = analysisOf(
    { a: { authenticated: true }, b: { scopes: [[['r']]] }, c: { policies: [[['yes']]] } },
    { T: { authenticated: true, policies: [[['yes']]] } },
  );
  expect(codes(await subject.judge(analysis, caller(null)))).toEqual({
    a: 'UNAUTHENTICATED',
    b: 'UNAUTHENTICATED',
    T: 'UNAUTHENTICATED',
  });
  expect(codes(await subject.judge(analysis, caller([])))).toEqual({ b: 'FORBIDDEN' });
});

test.each([
  [['r'], true],
  [['w'], false],
  [['w', 'x'], true],
  [['R'], false],
  [[], false],
])('one list of scopes must be held in full: %j', (held, allowed) => {
  const { subject } = authorization();
  const deniedFields = subject.judge(
    analysisOf({ a: { scopes: [[['r'], ['w', 'x']]] } }),
    caller(held),
  ) as DeniedFields;
  expect(deniedFields.has('a')).toBe(!allowed);
});

test('requirements of several directives add up, and the message names them', () => {
  const { subject } = authorization();
  const analysis = analysisOf({ a: { scopes: [[['r'], ['w', 'x']], [['y']]] } });
  expect((subject.judge(analysis, caller(['r', 'y'])) as DeniedFields).key).toBe('');
  expect((subject.judge(analysis, caller(['r'])) as DeniedFields).all.get('a')?.message).toBe(
    'Not authorized to access this field: it requires the scope r, or w and x; and y.',
  );
});

test('a policy allows by true alone', async () => {
  const { subject, failed } = authorization({
    one: (() => 1) as unknown as PolicyFunction,
    late: async () => true,
    nothing: (() => undefined) as unknown as PolicyFunction,
    rejects: () => Promise.reject(new Error('down')),
  });
  const fieldRequirements = Object.fromEntries(
    ['one', 'late', 'nothing', 'rejects'].map((name) => [name, { policies: [[[name]]] }]),
  );
  expect(codes(await subject.judge(analysisOf(fieldRequirements), caller([])))).toEqual({
    one: 'FORBIDDEN',
    nothing: 'FORBIDDEN',
    rejects: 'FORBIDDEN',
  });
  expect(failed).toEqual(['rejects: Error: down']);
});

test('a request calls a policy once, and only where it can change something', async () => {
  const requested: string[] = [];
  const counting = (name: string) => () => {
    requested.push(name);
    return true;
  };
  const { subject } = authorization({ a: counting('a'), b: counting('b') });
  const one = analysisOf({ x: { policies: [[['a']]] }, y: { policies: [[['a'], ['b']]], scopes: [[['r']]] } });
  const context = caller([]);
  await Promise.all([subject.judge(one, context), subject.judge(one, context)]);
  await subject.judge(analysisOf({ z: { policies: [[['a']]] } }), context);
  expect(requested).toEqual(['a']);
  await subject.judge(one, caller(['r']));
  expect(requested).toEqual(['a', 'a', 'b']);
});

test("decisions are cached by scopes and policies' results, not by caller", async () => {
  let response = true;
  const { subject } = authorization({ mine: () => response });
  const analysis = analysisOf({ a: { policies: [[['mine']]] } });
  expect((await subject.judge(analysis, caller([]))).key).toBe('');
  response = false;
  expect((await subject.judge(analysis, caller([]))).key).toBe('a');
  expect((await subject.judge(analysis, caller(null))).all.get('a')?.extensions.code).toBe('UNAUTHENTICATED');
  expect(await subject.judge(analysis, caller([]))).toBe(await subject.judge(analysis, caller([])));
});

test('unknown policies are named once for each place', () => {
  const fieldRequirements = new Map([['T.f', { ...nothing, policies: [[['a', 'b'], ['b']], [['valueOf']]] }]]);
  expect(unknownPolicies(fieldRequirements, { a: () => true })).toEqual([
    { coordinate: 'T.f', policy: 'b' },
    { coordinate: 'T.f', policy: 'valueOf' },
  ]);
});
