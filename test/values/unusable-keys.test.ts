// Keys that cannot be one: each loses its own object, with an error of the service that it came from; the others are
// fetched.
import { describe, expect, test } from 'vitest';
import { supergraphOf } from './federated.ts';
import { executing } from './graphql-service.ts';
import { type Service, serveGraph } from './served-graph.ts';

/** Changes with each test, so that nothing can be right by chance. */
let turn = 0;

const badResponse = { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'list' };
const named = (id: unknown) => ({ id, name: `name of ${id}.${turn}` });

async function namesOf(list: string, names: string, root: Record<string, unknown>, ids: unknown[]) {
  turn += 1;
  const graph = await serveGraph({ services: { list, names } });
  const services = graph.services as Record<'list' | 'names', Service>;
  services.list.returns = () => ({ data: { all: ids.map((id) => ({ id })) } });
  services.names.returns = executing(names, root);
  return graph.query('{ all { name } }');
}

const listOf = (type: string) => `type Query { all: [T] } type T { id: ${type} } enum E { A B }`;
/** @param from the type of the key where it comes from, `to` that of the argument. */
const lookup = (from: string, to: string) => ({
  list: `type Query { _ts(ids: [${to}!]!): [T] @merge(keyField: "id") } type T { id: ${from}  name: String } enum E { A }`,
  single: `type Query { _t(id: ${to}!): T @merge(keyField: "id") } type T { id: ${from}  name: String } enum E { A }`,
  compound: `
    type Query { _ts(keys: [Key!]!): [T] @merge(key: ["id"]) }
    type T @key(selectionSet: "{ id }") { id: ${from}  name: String }
    input Key { id: ${to}! }
    enum E { A }`,
});
const root = {
  _ts: ({ ids, keys }: { ids?: unknown[]; keys?: { id: unknown }[] }) =>
    (ids ?? keys?.map(({ id }) => id) ?? []).map(named),
  _t: ({ id }: { id: unknown }) => named(id),
};

describe.each(['list', 'single', 'compound'] as const)('in a lookup field that takes a %s', (form) => {
  test.for([
    ['an object for an ID', 'ID', 'ID', ['1', { a: 1 }, '3']],
    ['a boolean for an ID', 'ID', 'ID', [true, '2', 3]],
    ['a list for an ID', 'ID', 'ID', ['1', ['2'], '3']],
    ['a fraction for an ID', 'ID', 'ID', ['1', 1.5, '3']],
    ['text for an Int', 'Int', 'Int', ['x', 2, 3]],
    ['a number beyond 32 bits for an Int', 'Int', 'Int', [1, 2, 3e10]],
    ['a number for a String', 'ID', 'String', ['1', 2, '4']],
    ['a value that the service’s enum has not', 'E', 'E', ['A', 'B', 'C']],
  ] as [string, string, string, unknown[]][])('%s', async ([, from, to, ids]) => {
    const usable = ids.map((id) =>
      to === 'E' ? id === 'A' : to === 'Int' ? Number.isInteger(id) && id !== 3e10 : typeof id === 'string' || id === 3,
    );
    const { data, errors } = await namesOf(listOf(from), lookup(from, to)[form], root, ids);
    expect(data).toEqual({ all: ids.map((id, index) => ({ name: usable[index] ? named(id).name : null })) });
    expect(errors?.map(({ path, extensions }) => [path, extensions])).toEqual(
      ids.flatMap((_, index) => (usable[index] ? [] : [[['all', index, 'name'], badResponse]])),
    );
  });
});

test('in a supergraph', async () => {
  turn += 1;
  const supergraph = supergraphOf(
    ['list', 'names'],
    `type Query @join__type(graph: LIST) @join__type(graph: NAMES) { all: [T] @join__field(graph: LIST) }
    type T @join__type(graph: LIST, key: "id") @join__type(graph: NAMES, key: "id") {
      id: ID!
      name: String @join__field(graph: NAMES)
    }`,
  );
  const graph = await serveGraph({ services: { list: '', names: '' }, supergraph });
  const services = graph.services as Record<'list' | 'names', Service>;
  services.list.returns = () => ({ data: { all: ['1', { a: 1 }, true, '4'].map((id) => ({ id })) } });
  services.names.returns = ({ variables }) => {
    const [representations] = Object.values(variables) as { id: unknown }[][];
    if (representations?.some(({ id }) => typeof id !== 'string')) return { errors: [{ message: 'no such key' }] };
    return { data: { _entities: representations?.map(({ id }) => named(id)) } };
  };
  const { data, errors } = await graph.query('{ all { name } }');
  expect(data).toEqual({ all: ['1', null, null, '4'].map((id) => ({ name: id && named(id).name })) });
  expect(errors?.map(({ path, extensions }) => [path[1], extensions])).toEqual([
    [1, badResponse],
    [2, badResponse],
  ]);
});

test('a part of a key of several fields', async () => {
  const list =
    'type Query { all: [T] } type T @key(selectionSet: "{ id at { hall } }") { id: ID!  at: At } type At { hall: String }';
  const names = `
    type Query { _ts(keys: [Key!]!): [T] @merge }
    input Key { id: ID!  at: AtKey! }
    input AtKey { hall: String! }
    type T @key(selectionSet: "{ id at { hall } }") { id: ID!  at: At  name: String }
    type At { hall: String }`;
  turn += 1;
  const graph = await serveGraph({ services: { list, names } });
  const services = graph.services as Record<'list' | 'names', Service>;
  const all = ['x', { hall: 'deep' }, 'z'].map((hall, index) => ({ id: `${index}`, at: { hall } }));
  services.list.returns = () => ({ data: { all } });
  services.names.returns = executing(names, {
    _ts: ({ keys }: { keys: { id: string; at: object }[] }) => keys.map((key) => ({ ...named(key.id), ...key })),
  });
  const { data, errors } = await graph.query('{ all { name } }');
  expect(data).toEqual({ all: [{ name: named('0').name }, { name: null }, { name: named('2').name }] });
  expect(errors?.map(({ path, extensions }) => [path[1], extensions])).toEqual([[1, badResponse]]);
});
