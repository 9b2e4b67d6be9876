// Property of matching, for services that return the rows of list lookups as they like: every object has its own value,
// or an error at its place; and where nothing is wrong with the rows, there is no error.
import { expect, test } from 'vitest';
import { Random } from '../differential/random.ts';
import { executing } from './graphql-service.ts';
import { type Service, serveGraph } from './served-graph.ts';

const listSdl = `
  type Query { all: [T]  seats: [Seat] }
  type T { id: ID! }
  type Seat @key(selectionSet: "{ row at { hall } }") { row: String!  at: At! }
  type At { hall: Int! }`;
const namesSdl = `
  type Query { _ts(ids: [ID!]!): [T] @merge(keyField: "id")  _seats(keys: [SeatKey!]!): [Seat] @merge }
  type T { id: ID!  name: String }
  input SeatKey { row: String!  at: AtKey! }
  input AtKey { hall: Int! }
  type Seat @key(selectionSet: "{ row at { hall } }") { row: String!  at: At!  name: String }
  type At { hall: Int! }`;

interface Seat {
  row: string;
  at: { hall: number };
}

/** Changes of a service to the rows besides leaving out missing ones. */
type Disorder = (random: Random, rows: unknown[]) => unknown[];

const shuffled: Disorder = (random, rows) => {
  const left = [...rows];
  return rows.map(() => left.splice(random.between(0, left.length - 1), 1)[0]);
};

const harmless: Disorder[] = [
  (_, rows) => rows,
  shuffled,
  (random, rows) => shuffled(random, [...rows, ...rows.filter(() => random.chance(0.3))]),
  (random, rows) => shuffled(random, [...rows, null, null]),
];

const wrong: Disorder[] = [
  (random, rows) => rows.map((row) => (random.chance(0.3) ? disguised(row) : row)),
  (random, rows) =>
    rows.flatMap((row) => (random.chance(0.3) ? [row, { ...(row as object), name: 'another' }] : [row])),
  (random, rows) => rows.map((row) => (random.chance(0.2) ? new Error('broken') : row)),
  (random, rows) => [
    ...rows,
    { id: `${random.between(100, 200)}`, row: 'z', at: { hall: random.between(10, 20) }, name: 'foreign' },
  ],
];

/** The same object under another form of its key. */
function disguised(row: unknown): unknown {
  const { id, row: letter, ...more } = row as { id?: string; row?: string };
  return { ...more, ...(id !== undefined && { id: `0${id}` }), ...(letter && { row: letter.toUpperCase() }) };
}

test('each object has its own value or an error, whatever the order, gaps, duplicates and foreign rows', async () => {
  const graph = await serveGraph({
    services: { list: listSdl, names: namesSdl },
    settings: { names: { maxKeys: 7 } },
  });
  const { list, names } = graph.services as Record<'list' | 'names', Service>;
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = new Random(seed);
    const nameOf = (key: string) => (absent.has(key) ? null : `name of ${key}.${seed}`);
    const absent = new Set<string>();
    const keyOf = ({ row, at }: Seat) => `${row}${at.hall}`;
    const ids = Array.from({ length: random.between(0, 11) }, () => random.between(0, 14));
    const seats = Array.from({ length: random.between(0, 11) }, () => ({
      row: random.pick(['a', 'b', 'c']),
      at: { hall: random.between(0, 3) },
    }));
    for (const key of [...ids.map(String), ...seats.map(keyOf)]) if (random.chance(0.2)) absent.add(key);
    const isWrong = random.chance(0.5);
    const disorders = isWrong ? [...harmless, ...wrong] : harmless;
    // The same for both gateways: what is done to rows depends on them alone.
    const served = (rows: { key: string }[]) => {
      const local = new Random(seed * 1000 + rows.length);
      const there = rows
        .filter(({ key }) => !absent.has(key))
        .map(({ key, ...row }) => ({ ...row, name: nameOf(key) }));
      return local.pick(disorders)(local, there);
    };
    list.returns = executing(listSdl, {
      all: ids.map((id) => ({ id: random.chance(0.5) ? id : String(id) })),
      seats,
    });
    names.returns = executing(namesSdl, {
      _ts: (args: { ids: string[] }) => served(args.ids.map((id) => ({ id, key: id }))),
      _seats: ({ keys }: { keys: Seat[] }) => served(keys.map((seat) => ({ ...seat, key: keyOf(seat) }))),
    });
    const { data, errors = [] } = await graph.query('{ all { name } seats { name } }');
    const truth = {
      all: ids.map((id) => ({ name: nameOf(String(id)) })),
      seats: seats.map((seat) => ({ name: nameOf(keyOf(seat)) })),
    };
    for (const { path } of errors) {
      const [field, index] = (path ?? []) as ['all' | 'seats', number];
      // Where an error stands there is no value; so the rest has to be the truth.
      expect(truth[field][index], `seed ${seed}`).toBeDefined();
      truth[field][index] = { name: null };
    }
    expect(data, `seed ${seed}`).toEqual(truth);
    if (!isWrong) expect(errors, `seed ${seed}`).toEqual([]);
  }
});
