// Trusted documents of large clients: all are validated before the gateway listens, and not all are planned.
import { relative } from 'node:path';
import { buildSchema } from 'graphql';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../test/harness/folder.ts';
import { DocumentStore } from './engine/document-store.ts';
import type { CompiledPlan } from './execute/compiled-plan.ts';
import { collectDocuments } from './persisted-documents/collect-documents.ts';
import { noDeclaration } from './persisted-documents/document-declaration.ts';
import { TrustedDocuments } from './persisted-documents/trusted-documents.ts';
import type { Analysis } from './policy/analysis.ts';
import { createLog } from './telemetry/log.ts';
import { TrustedPlanning } from './trusted-planning.ts';

const schema = buildSchema(`
  directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
  type Query { a(x: Int): Int }
`);
const place = { file: 'a.graphql', line: 3, column: 1 };
const trusted = (bodies: readonly string[]) =>
  new TrustedDocuments({
    documents: bodies.map((body, id) => ({
      id: `${id}`,
      name: `Q${id}`,
      body,
      sent: body,
      place,
      declaration: noDeclaration,
    })),
  } as never);
const numbered = (count: number) => Array.from({ length: count }, (_, id) => `query Q${id} { a(x: ${id}) }`);

// The log's interval stays real: it would run for ever under `runAllTimers`.
beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

/** Every operation may be served. */
const pipelineOf = (documents: DocumentStore) => ({
  engine: { documents },
  operationChecks: { foresee: () => ({}) as Analysis },
});

/** Each plan takes 10 ms of the clock. */
function setUp(failing?: string) {
  let clock = 0;
  const planned: string[] = [];
  const store = new DocumentStore({
    schema,
    compile: ({ name = '' }, _conditions, _denied, _labels, deferred) => {
      clock += 10;
      planned.push(deferred ? `${name} in parts` : name);
      if (name === failing) throw new Error('a defect');
      return { fields: 1 } as unknown as CompiledPlan;
    },
    maxDocuments: 1,
    maxBytes: 1e6,
  });
  const log = createLog({ level: 'silent' });
  const lines: unknown[] = [];
  for (const level of ['info', 'error'] as const) {
    vi.spyOn(log, level).mockImplementation((fields: unknown, message?: string) => {
      lines.push({ ...(fields as object), message });
    });
  }
  return { store, planned, lines, planning: new TrustedPlanning(log, () => clock) };
}

test('an error in a fragment has its place in the file', () => {
  const folder = temporaryFolder({
    'a.graphql': 'query A { ...Parts }\nquery B { ...Parts }',
    'b.graphql': 'fragment Parts on Query {\n  a\n  gone\n}',
  });
  const { store, planning } = setUp();
  const documents = new TrustedDocuments(collectDocuments(folder), () => collectDocuments(folder));
  const file = relative(process.cwd(), `${folder}/b.graphql`);
  const add = () => planning.add({ name: 'web', schema }, documents, pipelineOf(store));
  expect(add).toThrow(`client web: ${file}:3:3 A: Cannot query field "gone" on type "Query".`);
});

test('of many documents, the first are planned before the gateway listens, the others while it serves', async () => {
  const { store, planned, lines, planning } = setUp();
  const web = numbered(1200);
  planning.add({ name: 'web', schema }, trusted(web), pipelineOf(store));
  planning.add({ name: 'mobile', schema }, trusted(['{ a }']), pipelineOf(store));
  planning.planFirst();
  expect(planned).toEqual(web.slice(0, 50).map((_, id) => `Q${id}`));
  expect(lines).toEqual([
    { client: 'web', documents: 1200, plans: 50, waiting: 1150, message: expect.stringContaining('while the gateway') },
    { client: 'mobile', documents: 1, plans: 0, waiting: 1, message: expect.stringContaining('while the gateway') },
  ]);
  lines.length = 0;
  // None is evicted, and the first request of one plans it.
  store.known(web[1000]!)?.operation(undefined)?.planFor({});
  expect(planned.slice(50)).toEqual(['Q1000']);
  planning.start();
  await vi.runAllTimersAsync();
  expect(planning.waiting).toBe(0);
  expect(planned.length).toBe(1201);
  expect(planned.filter((name) => name === 'Q1000').length).toBe(1);
  expect(lines).toEqual([
    expect.objectContaining({ client: 'web', plans: 500, waiting: 700 }),
    expect.objectContaining({ client: 'web', plans: 1000, waiting: 200 }),
    { client: 'web', documents: 1200, plans: 1200, duration: 11_990, message: 'trusted documents planned' },
    { client: 'mobile', documents: 1, plans: 1, duration: 10, message: 'trusted documents planned' },
  ]);
});

test('one with @defer is planned for both of its responses, the whole one and the one in parts', () => {
  const { store, planned, planning } = setUp();
  const deferring = 'query Q0($more: Boolean!) { a ... @defer(if: $more) { b: a(x: 1) } }';
  planning.add({ name: 'web', schema }, trusted([deferring, 'query Q1 { a }']), pipelineOf(store));
  planning.planFirst();
  expect(planned).toEqual(['Q0', 'Q0 in parts', 'Q1']);
});

test('one that is invalid keeps the gateway from starting, wherever it is among thousands', () => {
  const { store, planning } = setUp();
  expect(() => planning.add({ name: 'web', schema }, trusted([...numbered(100), '{ b }']), pipelineOf(store))).toThrow(
    /^Trusted documents of the client web are not valid:\n {2}client web: a.graphql:3:1 Q100: Cannot query field "b"/,
  );
});

test('a stopped gateway plans no more; a defect in one document does not end the others', async () => {
  const { store, planned, lines, planning } = setUp('Q55');
  planning.add({ name: 'web', schema }, trusted(numbered(60)), pipelineOf(store));
  planning.planFirst();
  planning.start();
  await vi.runAllTimersAsync();
  expect(planned.length).toBe(60);
  expect(lines).toContainEqual(expect.objectContaining({ client: 'web', operation: 'Q55', err: expect.any(Error) }));

  const other = setUp();
  other.planning.add({ name: 'web', schema }, trusted(numbered(60)), pipelineOf(other.store));
  other.planning.planFirst();
  other.planning.start();
  other.planning.stop();
  await vi.runAllTimersAsync();
  expect(other.planned.length).toBe(50);
});
