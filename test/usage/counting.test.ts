// Usage counts: bounded, saved in a real file by several instances, and reported.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { type OperationUse, UsageCounter } from '../../gateway/telemetry/usage/usage-counter.ts';
import { mergeUsage, type UsageRecord } from '../../gateway/telemetry/usage/usage-record.ts';
import { countedSince, deprecatedInUse, usageOf } from '../../gateway/telemetry/usage/usage-report.ts';
import { createFileStore, type UsageStore } from '../../gateway/telemetry/usage/usage-store.ts';
import { temporaryFolder } from '../harness/folder.ts';

const use = (name: string | undefined, coordinates: string[], trusted = true): OperationUse => ({
  name,
  trusted,
  coordinates,
});
const at = (day: string) => () => Date.parse(`${day}T12:00:00Z`);

/** A store in memory; its failures can be set. */
function memoryStore(): UsageStore & { records: readonly UsageRecord[]; failing: boolean } {
  return {
    records: [],
    failing: false,
    async load() {
      if (this.failing) throw new Error('The store is down.');
      return structuredClone([...this.records]);
    },
    async save(records) {
      this.records = structuredClone(records);
    },
  };
}

describe('a counter', () => {
  it('counts by client, version, operation and coordinate, and each coordinate once for an operation', async () => {
    const store = memoryStore();
    const counter = new UsageCounter({ store, now: at('2026-11-21') });
    const prepared = {};
    let described = 0;
    const describe = () => {
      described++;
      return use('Page', ['Product.name', 'Query.product']);
    };
    for (const version of ['1', '1', '2', '1', '2']) counter.count(prepared, 'web', version, describe);
    await counter.flush();
    counter.count(prepared, 'web', '1', describe);
    await counter.flush();
    expect(described).toBe(1);
    expect(usageOf(store.records, 'Product.name')).toEqual([
      { client: 'web', version: '1', operation: 'Page', count: 4, firstSeen: '2026-11-21', lastSeen: '2026-11-21' },
      { client: 'web', version: '2', operation: 'Page', count: 2, firstSeen: '2026-11-21', lastSeen: '2026-11-21' },
    ]);
  });

  it('retains its counts while the store is down', async () => {
    const store = memoryStore();
    const errors: unknown[] = [];
    const counter = new UsageCounter({ store, now: at('2026-11-21'), onError: (error) => errors.push(error) });
    const prepared = {};
    const count = () => counter.count(prepared, 'web', '1', () => use('Page', ['Query.product']));
    store.failing = true;
    count();
    await expect(counter.flush()).rejects.toThrow('The store is down.');
    count();
    await counter.stop();
    expect(errors).toHaveLength(1);
    store.failing = false;
    count();
    await counter.stop();
    expect(usageOf(store.records, 'Query.product')).toMatchObject([{ count: 3 }]);
  });

  it('has room for so many names that clients make up, and counts the others together', async () => {
    const store = memoryStore();
    const counter = new UsageCounter({ store, now: at('2026-11-21') });
    for (let index = 0; index < 5_000; index++) {
      counter.count({}, 'web', '1', () => use(`Made${index}`, ['Query.product'], false));
    }
    counter.count({}, 'web', '1', () => use(undefined, ['Query.product'], false));
    counter.count({}, 'web', '1', () => use('Page', ['Query.product']));
    counter.count({}, 'web', '1', () => use('x'.repeat(10_000), ['Query.product'], false));
    await counter.flush();
    expect(store.records).toHaveLength(202);
    const lines = usageOf(store.records, 'Query.product');
    expect(lines[0]).toMatchObject({ operation: '(other)', count: 4_802 });
    expect(lines).toContainEqual(expect.objectContaining({ operation: 'Page', count: 1 }));
    for (const { operation } of lines) expect(operation.length).toBeLessThanOrEqual(128);
  });

  it('has room for so many clients and versions that headers make up', async () => {
    const store = memoryStore();
    const counter = new UsageCounter({ store, now: at('2026-11-21') });
    const prepared = {};
    for (let index = 0; index < 3_000; index++) {
      counter.count(prepared, 'web', String(index), () => use('Page', ['Query.product']));
    }
    await counter.flush();
    expect(store.records).toHaveLength(101);
    expect(usageOf(store.records, 'Query.product')[0]).toMatchObject({
      client: '(other)',
      version: '(other)',
      count: 2_900,
    });
  });
});

describe('stored usage', () => {
  const record = (operation: string, day: string, count = 1): UsageRecord => ({
    client: 'web',
    version: '1',
    operation,
    coordinate: 'Query.product',
    firstSeen: day,
    lastSeen: day,
    days: { [day]: count },
  });

  it('is what all instances counted, with the first and the last day', () => {
    const merged = mergeUsage(
      [record('Page', '2026-11-20'), record('Page', '2026-11-21', 2), record('Page', '2026-11-20', 3)],
      '2026-11-21',
    );
    expect(merged).toEqual([
      { ...record('Page', '2026-11-20'), lastSeen: '2026-11-21', days: { '2026-11-20': 4, '2026-11-21': 2 } },
    ]);
  });

  it('is forgotten after its days, and the first day outlives its count', () => {
    const bounds = { keepDays: 30, maxRecords: 100 };
    const old = record('Old', '2026-10-22');
    const lasting = [record('Page', '2026-10-22'), record('Page', '2026-11-21')];
    expect(mergeUsage([old, ...lasting], '2026-11-21', bounds)).toEqual([
      { ...record('Page', '2026-10-22'), lastSeen: '2026-11-21', days: { '2026-11-21': 1 } },
    ]);
    expect(mergeUsage([record('Recent', '2026-10-23')], '2026-11-21', bounds)).toHaveLength(1);
  });

  it('is bounded: what is rare and long ago is counted together', () => {
    const records = [record('Recent', '2026-11-21'), record('Often', '2026-11-20', 100)];
    for (let index = 0; index < 50; index++) records.push(record(`Rare${index}`, '2026-11-20'));
    const stored = mergeUsage(records, '2026-11-21', { keepDays: 30, maxRecords: 4 });
    expect(stored.map(({ client, operation, days }) => `${client} ${operation} ${JSON.stringify(days)}`)).toEqual([
      'web Recent {"2026-11-21":1}',
      'web Often {"2026-11-20":100}',
      '(other) (other) {"2026-11-20":50}',
    ]);
  });
});

describe('the file of a gateway without Redis', () => {
  it('is not there at first, and is whole from then on', async () => {
    const folder = temporaryFolder();
    const store = createFileStore(`${folder}/.concierge/usage.json`);
    expect(await store.load()).toEqual([]);
    await store.save([]);
    expect(readFileSync(`${folder}/.concierge/usage.json`, 'utf8')).toBe('{"version":1,"records":[]}\n');
    expect(readdirSync(`${folder}/.concierge`)).toEqual(['usage.json']);
    writeFileSync(`${folder}/.concierge/usage.json`, '{"version":1,"records":[{}]}');
    await expect(store.load()).rejects.toThrow(/usage\.json is not a usage record: remove it/);
  });

  it('has what several processes counted at the same time', async () => {
    const folder = temporaryFolder();
    const file = `${folder}/usage.json`;
    const script = `
      import { UsageCounter } from ${JSON.stringify(source('usage-counter.ts'))};
      import { createFileStore } from ${JSON.stringify(source('usage-store.ts'))};
      const counter = new UsageCounter({ store: createFileStore(${JSON.stringify(file)}) });
      const prepared = {};
      for (let index = 0; index < 20; index++) {
        counter.count(prepared, 'web', '1', () => ({ name: 'Page', trusted: true, coordinates: ['Query.product'] }));
        await counter.flush();
      }`;
    const processes = [1, 2, 3].map(() =>
      spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' }),
    );
    const ends = await Promise.all(processes.map((child) => once(child, 'exit')));
    expect(ends.map(([code]) => code)).toEqual([0, 0, 0]);
    expect(usageOf(await createFileStore(file).load(), 'Query.product')).toMatchObject([{ count: 60 }]);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });
});

describe('reports', () => {
  const schema = buildSchema(`
    type Query { old(first: Int @deprecated(reason: "no pages"), id: ID): Int @deprecated(reason: "use new")  new: Kind  unused: Int @deprecated }
    enum Kind { A  B @deprecated(reason: "gone") }
  `);
  const records: UsageRecord[] = ['Query.old', 'Query.old(id:)', 'Query.new', 'Kind.B'].map((coordinate, index) => ({
    client: 'web',
    version: '1',
    operation: 'Page',
    coordinate,
    firstSeen: `2026-11-0${index + 1}`,
    lastSeen: '2026-11-21',
    days: { '2026-11-21': index + 1 },
  }));

  it('list deprecated coordinates that are still used', () => {
    expect(deprecatedInUse(schema, records).map(({ coordinate, reason }) => `${coordinate}: ${reason}`)).toEqual([
      'Kind.B: gone',
      'Query.old: use new',
    ]);
  });

  it('of a type are those of its members, and not of another type with a common prefix', () => {
    expect(usageOf(records, 'Query')).toMatchObject([{ operation: 'Page', count: 3, firstSeen: '2026-11-01' }]);
    expect(usageOf(records, 'Que')).toEqual([]);
    expect(usageOf(records, 'Query.ol')).toEqual([]);
    expect(countedSince(records)).toBe('2026-11-01');
  });
});

function source(file: string): string {
  return fileURLToPath(new URL(`../../gateway/telemetry/usage/${file}`, import.meta.url));
}
