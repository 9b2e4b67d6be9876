// Services that leave out fields with names that every JavaScript object has a member of: they are missing, as any
// other. And keys that are nested without end: each loses what it leads to.
import { describe, expect, test } from 'vitest';
import { supergraphOf } from '../values/federated.ts';
import { type Service, serveGraph } from '../values/served-graph.ts';

/** Changes with each graph, so that nothing can be right by chance. */
let turn = 0;

/** Members of objects, and of the numbers that the gateway holds as text. */
const names = [
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'isPrototypeOf',
  'toJSON',
  'toNumber',
  'toPlain',
];
const kinds = ['JSON', 'JSON!', '[JSON]', 'String', 'Int', 'Part', '[Part]', 'Kind'];

const fieldsOf = (kind: string) => names.map((name) => `${name}: ${kind}`).join(' ');
const others = 'scalar JSON  enum Kind { A }  type Part { id: ID }';

/** Graphs in which one service lists things, and the other one has their fields, by `_things` or `_entities`. */
const graphs: Record<string, (kind: string) => Parameters<typeof serveGraph>[0]> = {
  stitched: (kind) => ({
    services: {
      list: `type Query { things: [Thing] } type Thing { id: ID!  ${fieldsOf(kind)} } ${others}`,
      more: `type Query { _things(ids: [ID!]!): [Thing] @merge(keyField: "id") } type Thing { id: ID!  x: Thing2 } type Thing2 { ${fieldsOf(kind)} } ${others}`,
    },
  }),
  federated: (kind) => ({
    services: { list: '', more: '' },
    supergraph: supergraphOf(
      ['list', 'more'],
      `
      type Query @join__type(graph: LIST) @join__type(graph: MORE) { things: [Thing] @join__field(graph: LIST) }
      type Thing @join__type(graph: LIST, key: "id") @join__type(graph: MORE, key: "id") {
        id: ID!
        ${names.map((name) => `${name}: ${kind} @join__field(graph: LIST)`).join(' ')}
        x: Thing2 @join__field(graph: MORE)
      }
      type Thing2 @join__type(graph: MORE) { ${fieldsOf(kind)} }
      scalar JSON @join__type(graph: LIST) @join__type(graph: MORE)
      enum Kind @join__type(graph: LIST) @join__type(graph: MORE) { A @join__enumValue(graph: LIST) @join__enumValue(graph: MORE) }
      type Part @join__type(graph: LIST) @join__type(graph: MORE) { id: ID }`,
    ),
  }),
};

const sample = (kind: string): unknown => {
  if (kind.startsWith('[')) return [sample(kind.slice(1, -1))];
  return { JSON: { turn }, 'JSON!': { turn }, String: `text ${turn}`, Int: turn, Part: { id: `${turn}` }, Kind: 'A' }[
    kind
  ];
};

describe.each(Object.keys(graphs))('%s', (form) => {
  test.each(kinds)('a service that leaves out fields of type %s loses those places', async (kind) => {
    turn += 1;
    const graph = await serveGraph((graphs[form] as (typeof graphs)['stitched'])(kind));
    const { list, more } = graph.services as Record<'list' | 'more', Service>;
    const whole = Object.fromEntries(names.map((name) => [name, sample(kind)]));
    list.returns = () => ({
      data: {
        things: [
          { __typename: 'Thing', id: '1', ...whole },
          { __typename: 'Thing', id: '2' },
        ],
      },
    });
    const entities = [
      { __typename: 'Thing', id: '1', x: whole },
      { __typename: 'Thing', id: '2', x: {} },
    ];
    more.returns = () => ({ data: { _things: entities, _entities: entities } });
    const below = kind.includes('Part') ? ' { id }' : '';
    const selection = names.map((name) => `${name}${below}`).join(' ');
    const { data, errors } = await graph.query(`{ things { id ${selection} x { ${selection} } } }`);
    const missing = Object.fromEntries(names.map((name) => [name, null]));
    const lost = kind.endsWith('!') ? null : { id: '2', ...missing, x: missing };
    expect(data).toEqual({ things: [{ id: '1', ...whole, x: whole }, lost] });
    expect(errors?.map(({ path }) => path.join('.')).sort()).toEqual(
      ['things.1', 'things.1.x'].flatMap((place) => names.map((name) => `${place}.${name}`)).sort(),
    );
    for (const { extensions } of errors ?? []) expect(extensions.code).toBe('SUBGRAPH_BAD_RESPONSE');
  });
});

test('a field cannot be called `__proto__`', async () => {
  const served = serveGraph({
    services: { one: 'type Query { things: Thing } type Thing { id: ID  __proto__: String }' },
  });
  await expect(served).rejects.toThrow('__proto__');
});

describe.each(['constructor', 'toString', 'valueOf'])('a key called %s', (name) => {
  const services = {
    list: `type Query { things: [Thing] } type Thing { ${name}: ID  color: String } scalar JSON`,
    more: `type Query { _things(keys: [ID!]!): [Thing] @merge(keyField: "${name}") } type Thing { ${name}: ID  label: String }`,
  };

  test('that is missing in some objects loses what it leads to, and those objects stay two', async () => {
    turn += 1;
    const graph = await serveGraph({ services });
    const { list, more } = graph.services as Record<'list' | 'more', Service>;
    const row = (key: string) => ({ [name]: key, label: `Label ${key}.${turn}` });
    list.returns = () => ({
      data: {
        things: [{ [name]: '1', color: 'red' }, { color: 'green' }, { [name]: '3', color: 'blue' }, { color: 'grey' }],
      },
    });
    // The second row of the response is without its key.
    more.returns = () => ({ data: { _things: [row('3'), { label: 'stray' }, row('1')] } });
    const { data } = await graph.query('{ things { color label } }');
    expect(data).toEqual({
      things: [
        { color: 'red', label: `Label 1.${turn}` },
        { color: 'green', label: null },
        { color: 'blue', label: `Label 3.${turn}` },
        { color: 'grey', label: null },
      ],
    });
  });

  test('whose objects have few fields: they are not taken for equal', async () => {
    const graph = await serveGraph({ services });
    const { list, more } = graph.services as Record<'list' | 'more', Service>;
    list.returns = () => ({ data: { things: [{ color: 'green' }, { color: 'grey' }, { [name]: '1', color: 'red' }] } });
    more.returns = () => ({ data: { _things: [{ [name]: '1', label: 'one' }] } });
    const { data } = await graph.query(`{ things { key: ${name} label } }`);
    expect(data).toEqual({
      things: [
        { key: null, label: null },
        { key: null, label: null },
        { key: '1', label: 'one' },
      ],
    });
  });
});

describe.each([10_000, 100_000])('a key nested %i levels deep', (levels) => {
  const deep = `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const services = {
    list: 'type Query { things: [Thing] } type Thing { key: JSON  name: String } scalar JSON',
    more: `
      type Query { _things(keys: [JSON!]!): [Thing] @merge(keyField: "key") }
      type Thing @cacheControl(maxAge: 60) { key: JSON  label: String  blob: JSON }
      scalar JSON`,
  };

  test('loses what it leads to', async () => {
    turn += 1;
    const graph = await serveGraph({ services });
    const { list, more } = graph.services as Record<'list' | 'more', Service>;
    list.returns = () =>
      `{"data":{"things":[{"key":{"a":1},"name":"A"},{"key":${deep},"name":"B"},{"key":[2],"name":"C"}]}}`;
    more.returns = ({ variables }) => ({
      data: {
        _things: (Object.values(variables)[0] as unknown[]).map((key) => ({
          key,
          label: `Of ${JSON.stringify(key)}.${turn}`,
        })),
      },
    });
    const { data, errors } = await graph.query('{ things { name label } }');
    expect(data).toEqual({
      things: [
        { name: 'A', label: `Of {"a":1}.${turn}` },
        { name: 'B', label: null },
        { name: 'C', label: `Of [2].${turn}` },
      ],
    });
    expect(errors).toMatchObject([
      { path: ['things', 1, 'label'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'list' } },
    ]);
  });

  test('in a row of the other service loses that row, in any order', async () => {
    turn += 1;
    const graph = await serveGraph({ services });
    const { list, more } = graph.services as Record<'list' | 'more', Service>;
    list.returns = () => ({ data: { things: ['1', '2', '3'].map((key) => ({ key, name: `Name ${key}` })) } });
    for (const rows of [
      [`{"key":"1","label":"one ${turn}"}`, `{"key":${deep},"label":"two"}`, `{"key":"3","label":"three ${turn}"}`],
      [`{"key":"3","label":"three ${turn}"}`, `{"key":${deep},"label":"two"}`, `{"key":"1","label":"one ${turn}"}`],
    ]) {
      more.returns = () => `{"data":{"_things":[${rows.join(',')}]}}`;
      const { data, errors } = await graph.query('{ things { name label } }');
      expect(data).toEqual({
        things: [
          { name: 'Name 1', label: `one ${turn}` },
          { name: 'Name 2', label: null },
          { name: 'Name 3', label: `three ${turn}` },
        ],
      });
      expect(errors).toMatchObject([{ path: ['things', 1, 'label'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }]);
    }
  });

  test('two rows of one key that are nested as deeply are compared without end', async () => {
    const graph = await serveGraph({ services });
    const { list, more } = graph.services as Record<'list' | 'more', Service>;
    list.returns = () => ({ data: { things: ['1', '2'].map((key) => ({ key, name: key })) } });
    more.returns = () =>
      `{"data":{"_things":[{"key":"2","label":"two","blob":1},{"key":"1","label":"a","blob":${deep}},{"key":"1","label":"b","blob":${deep}}]}}`;
    const { data } = await graph.query('{ things { label blob } }');
    expect(data).toEqual({
      things: [
        { label: null, blob: null },
        { label: 'two', blob: 1 },
      ],
    });
  });

  test('beside what can be cached: the entity is not cached, and nothing else is lost', async () => {
    const graph = await serveGraph({ services, config: { cache: { entities: true } } });
    const { list, more } = graph.services as Record<'list' | 'more', Service>;
    list.returns = () => ({ data: { things: ['1', '2'].map((key) => ({ key, name: key })) } });
    more.returns = () =>
      `{"data":{"_things":[{"key":"1","label":"one","blob":${deep}},{"key":"2","label":"two","blob":2}]}}`;
    for (let time = 0; time < 2; time++) {
      const { data } = await graph.query('{ things { label blob } }');
      expect(data).toEqual({
        things: [
          { label: 'one', blob: null },
          { label: 'two', blob: 2 },
        ],
      });
      more.returns = () => `{"data":{"_things":[{"key":"1","label":"one","blob":${deep}}]}}`;
    }
  });
});

test('a part of a key that is no object where one should be is none, whatever JavaScript finds in it', async () => {
  turn += 1;
  const graph = await serveGraph({
    services: {
      list: 'type Query { things: [Thing] } type Thing { owner: Owner  name: String } type Owner { length: Int }',
      more: `
        type Query { _things(keys: [Key!]!): [Thing] @merge(key: ["owner"]) }
        type Thing @key(selectionSet: "{ owner { length } }") { owner: Owner  label: String }
        type Owner { length: Int }
        input Key { owner: OwnerKey }
        input OwnerKey { length: Int }`,
    },
  });
  const { list, more } = graph.services as Record<'list' | 'more', Service>;
  list.returns = () => ({
    data: {
      things: [
        { owner: 'abc', name: 'A' },
        { owner: { length: 5 }, name: 'B' },
        { owner: true, name: 'C' },
      ],
    },
  });
  more.returns = ({ variables }) => {
    const keys = Object.values(variables)[0] as { owner: { length: number } }[];
    return { data: { _things: keys.map(({ owner }) => ({ owner, label: `${owner.length}.${turn}` })) } };
  };
  const { data, errors } = await graph.query('{ things { name label } }');
  expect(data).toEqual({
    things: [
      { name: 'A', label: null },
      { name: 'B', label: `5.${turn}` },
      { name: 'C', label: null },
    ],
  });
  expect(errors).toHaveLength(2);
});
