// Usage counts: bounded, saved in a real file by several instances, and reported.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { type OperationUse, UsageCounter } from '../../gateway/telemetry/usage/usage-counter.ts';
import { mergeUsage, recordOf, type UsageRecord } from '../../gateway/telemetry/usage/usage-record.ts';
import { countedSince, deprecatedInUse, usageOf } from '../../gateway/telemetry/usage/usage-report.ts';
import { createFileStore, type UsageStore } from '../../gateway/telemetry/usage/usage-store.ts';
import { temporaryFolder } from '../harness/folder.ts';

const use = (name: string | undefined, coordinates: string[], trusted = true): OperationUse => ({
  name,
  trusted,
  coordinates,
});
const at = (day: string) => () => Date.parse(`${day}T12:00:00Z`);

/** A client that is not configured, as requests name it; or one that is. */
const by = (clientName: string, clientVersion: string) => ({ client: null, clientName, clientVersion });
const configured = (client: string, clientVersion: string) => ({ client, clientName: client, clientVersion });

/** A store in memory; its failures can be set. */
function memoryStore(): UsageStore & { records: readonly UsageRecord[]; failing: boolean } {
  return {
    records: [],
    failing: false,
    maxCounts: 1_000,
    async load() {
      return structuredClone([...this.records]);
    },
    async add(counts, today) {
      if (this.failing) throw new Error('The store is down.');
      this.records = mergeUsage(structuredClone([...this.records, ...counts.map(recordOf)]), today);
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
    for (const version of ['1', '1', '2', '1', '2']) counter.count(prepared, by('web', version), describe);
    await counter.flush();
    counter.count(prepared, by('web', '1'), describe);
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
    const count = () => counter.count(prepared, by('web', '1'), () => use('Page', ['Query.product']));
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
      counter.count({}, by('web', '1'), () => use(`Made${index}`, ['Query.product'], false));
    }
    counter.count({}, by('web', '1'), () => use(undefined, ['Query.product'], false));
    counter.count({}, by('web', '1'), () => use('Page', ['Query.product']));
    counter.count({}, by('web', '1'), () => use('x'.repeat(10_000), ['Query.product'], false));
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
      counter.count(prepared, by('web', String(index)), () => use('Page', ['Query.product']));
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

describe('names that requests make up', () => {
  it('take no room from clients of the configuration, nor from their trusted documents', async () => {
    const store = memoryStore();
    const counter = new UsageCounter({ store, now: at('2026-11-21') });
    for (let index = 0; index < 5_000; index++) {
      counter.count({}, by(`made ${index}`, '1'), () => use(`Made${index}`, ['Query.product'], false));
      counter.count({}, configured('shop', `made ${index}`), () => use('Page', [`Query.page${index % 2}`]));
      counter.count({}, configured('kiosk', '1'), () => use(`Made${index}`, [`Query.made${index}`], false));
    }
    counter.count({}, configured('web', '7.1'), () => use('Page', ['Query.product']));
    await counter.flush();
    const products = usageOf(store.records, 'Query.product');
    expect(products).toContainEqual(expect.objectContaining({ client: 'web', version: '7.1', operation: 'Page' }));
    expect(products).toContainEqual(expect.objectContaining({ client: '(other)', count: 4_900 }));
    const pages = usageOf(store.records, 'Query.page0');
    expect(pages).toContainEqual(expect.objectContaining({ client: 'shop', version: '(other)', count: 2_475 }));
    expect(new Set(usageOf(store.records, 'Query').map(({ client }) => client)).size).toBeLessThanOrEqual(104);
    // Each coordinate is counted, if not by name.
    expect(usageOf(store.records, 'Query.made4999')).toMatchObject([{ count: 1 }]);
  });
});

describe('stored usage', () => {
  const record = (operation: string, day: string, count = 1): UsageRecord => ({
    client: 'web',
    version: '1',
    operation,
    coordinates: ['Query.product'],
    firstSeen: day,
    lastSeen: day,
    days: { [day]: count },
    isTrusted: true,
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
    const shown = (stored: UsageRecord[]) =>
      stored.map(({ client, operation, days }) => `${client} ${operation} ${JSON.stringify(days)}`);
    const bounds = { keepDays: 30, maxRecords: 2 };
    const stored = ['web Recent {"2026-11-21":1}', 'web Often {"2026-11-20":100}', '(other) (other) {"2026-11-20":50}'];
    expect(shown(mergeUsage(records, '2026-11-21', bounds))).toEqual(stored);
    // Names that requests make up have half of the room, and take none from others.
    const flood = Array.from({ length: 50 }, (_, index) => ({
      ...record(`Made${index}`, '2026-11-21', 1_000),
      isTrusted: false,
    }));
    expect(shown(mergeUsage([...flood, ...records], '2026-11-21', bounds)).slice(0, 2)).toEqual(stored.slice(0, 2));
    expect(shown(mergeUsage(flood, '2026-11-21', { keepDays: 30, maxRecords: 10 }))).toHaveLength(6);
  });
});

describe('the file of a gateway without Redis', () => {
  it('is not there at first, and is whole from then on', async () => {
    const folder = temporaryFolder();
    const store = createFileStore(`${folder}/.concierge/usage.json`);
    expect(await store.load()).toEqual([]);
    expect(await store.problem?.()).toBeNull();
    await store.add([], '2026-11-21');
    const empty = '{"version":2,"coordinates":[],"records":[]}\n';
    expect(readFileSync(`${folder}/.concierge/usage.json`, 'utf8')).toBe(empty);
    expect(readdirSync(`${folder}/.concierge`)).toEqual(['usage.json']);
    writeFileSync(`${folder}/.concierge/usage.json`, '{"version":1,"records":[{}]}');
    await expect(store.load()).rejects.toThrow(/usage\.json is not a usage record: remove it/);
  });

  it('is read where an earlier version has written it', async () => {
    const file = `${temporaryFolder()}/usage.json`;
    const days = {
      client: 'web',
      version: '1',
      firstSeen: '2026-11-20',
      lastSeen: '2026-11-20',
      days: { '2026-11-20': 2 },
    };
    const [page, others] = [
      { ...days, operation: 'Page' },
      { ...days, client: '(other)', operation: '(other)' },
    ];
    const records = [
      ...['Query.product', 'Product.name'].map((coordinate) => ({ ...page, coordinate })),
      ...['Query.product', 'Product.name'].map((coordinate) => ({ ...others, coordinate })),
    ];
    writeFileSync(file, JSON.stringify({ version: 1, records }));
    const store = createFileStore(file);
    const names = ['Query.product', 'Product.name'];
    expect((await store.load()).map(({ coordinates }) => coordinates)).toEqual([
      names,
      ['Query.product'],
      ['Product.name'],
    ]);
    const more = { client: 'web', version: '1', operation: 'Page', coordinates: names, isTrusted: true };
    await store.add([{ ...more, day: '2026-11-21', count: 3 }], '2026-11-21');
    expect(usageOf(await createFileStore(file).load(), 'Product.name')).toMatchObject([
      { operation: 'Page', count: 5, firstSeen: '2026-11-20', lastSeen: '2026-11-21' },
      { operation: '(other)', count: 2 },
    ]);
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
        counter.count(prepared, { client: null, clientName: 'web', clientVersion: '1' }, () => ({ name: 'Page', trusted: true, coordinates: ['Query.product'] }));
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
    coordinates: [coordinate],
    firstSeen: `2026-11-0${index + 1}`,
    lastSeen: '2026-11-21',
    days: { '2026-11-21': index + 1 },
    isTrusted: true,
  }));

  it('list deprecated coordinates that are still used', () => {
    expect(deprecatedInUse(schema, records).map(({ coordinate, reason }) => `${coordinate}: ${reason}`)).toEqual([
      'Kind.B: gone',
      'Query.old: use new',
    ]);
  });

  it('of a type are those of its members, and not of another type with a common prefix', () => {
    expect(usageOf(records, 'Query')).toMatchObject([{ operation: 'Page', count: 6, firstSeen: '2026-11-01' }]);
    expect(usageOf(records, 'Que')).toEqual([]);
    expect(usageOf(records, 'Query.ol')).toEqual([]);
    expect(countedSince(records)).toBe('2026-11-01');
  });
});

function source(file: string): string {
  return fileURLToPath(new URL(`../../gateway/telemetry/usage/${file}`, import.meta.url));
}
