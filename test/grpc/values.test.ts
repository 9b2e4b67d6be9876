// Values of messages in responses: the JSON mapping of protobuf.
import type { JsonObject } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { expect, test } from 'vitest';
import { serveShop } from './shop-gateway.ts';
import { type Returned, startShop } from './shop-service.ts';

const sdl = `
  type Query { values: Values @grpc(service: "test.v1.Shop", method: "GetValues") }
  scalar JSON
  enum ItemStatus @grpcEnum(prefix: "ITEM_STATUS_") { UNSPECIFIED ACTIVE RETIRED }
  enum Status { ITEM_STATUS_ACTIVE ITEM_STATUS_RETIRED }
  type Values {
    double: Float
    doubleText: String @grpcField(path: "double")
    float: Float
    int32: Int
    intText: ID @grpcField(path: "int32")
    int64: String
    long: JSON @grpcField(path: "int64")
    uint32: Float
    short: Int @grpcField(path: "uint32")
    uint64: ID
    bool: Boolean
    string: String!
    bytes: String
    optionalString: String
    optionalInt32: Int
    int64s: [String!]!
    statuses: [ItemStatus!]!
    counts: [Count!]
    countsText: JSON @grpcField(path: "counts")
    makers: [MakerEntry!]!
    timestamp: String
    duration: String
    stringValue: String
    int64Value: String
    boolValue: Boolean
    struct: JSON
    value: JSON
    any: JSON
    described: Described
    status: ItemStatus
    statusName: Status @grpcField(path: "status")
    statusText: String @grpcField(path: "status")
    absent: Maker
    absentName: String @grpcField(path: "absent.name")
    text: String
    count: String
    self: Self @grpcField(path: ".")
    message: JSON @grpcField(path: ".")
  }
  type Self { int64: String self: Self @grpcField(path: ".") }
  type Count { key: String! value: String! }
  type MakerEntry { key: ID! value: Maker! }
  type Maker @grpcMessage(name: "test.v1.Maker") { name: String! }
  type Parcel @grpcMessage(name: "test.v1.Box") { weight: Float! }
  union Described = Maker | Parcel
`;

const fields = `double doubleText float int32 intText int64 long uint32 uint64 bool string bytes optionalString optionalInt32 int64s
  statuses counts { key value } countsText makers { key value { name } } timestamp duration stringValue int64Value boolValue struct
  value any described { __typename ... on Maker { name } ... on Parcel { weight } } status statusName statusText absent { name } absentName
  text count self { int64 self { int64 } }`;

async function serveValues(returned: () => Returned) {
  const shop = await startShop(returned);
  const config = { cache: { entities: false }, unreachable: 'warn' as const };
  const { request } = await serveShop({ shop, subgraph: { schema: sdl }, config });
  return (selection: string) => request(`{ values { ${selection} } }`);
}

test('a field without presence has its zero value, an enum value 0 that is left out and everything absent are null', async () => {
  const query = await serveValues(() => ({}));
  const nothing = {
    ...{
      optionalString: null,
      optionalInt32: null,
      timestamp: null,
      duration: null,
      stringValue: null,
      int64Value: null,
    },
    ...{ boolValue: null, struct: null, value: null, any: null, described: null, absent: null, absentName: null },
    ...{ statusName: null, text: null, count: null },
  };
  const zeros = {
    ...{ double: 0, doubleText: '0', float: 0, int32: 0, intText: '0', int64: '0', long: '0', uint32: 0, uint64: '0' },
    ...{ bool: false, string: '', bytes: '', int64s: [], statuses: [], counts: [], countsText: {}, makers: [] },
    ...{ status: 'UNSPECIFIED', statusText: 'ITEM_STATUS_UNSPECIFIED', self: { int64: '0', self: { int64: '0' } } },
  };
  expect(await query(fields)).toEqual({ data: { values: { ...nothing, ...zeros } } });
});

test('values keep all of their digits, and have the forms of the JSON mapping', async () => {
  const message: JsonObject = {
    ...{ double: 1e21, float: 0.5, int32: -2147483648, int64: '-9223372036854775808', uint32: 4294967295 },
    ...{
      uint64: '18446744073709551615',
      bool: true,
      string: '"é\\\n',
      bytes: '+/8=',
      optionalString: '',
      optionalInt32: 0,
    },
    ...{ int64s: ['9007199254740993', '-1'], statuses: ['ITEM_STATUS_RETIRED', 'ITEM_STATUS_UNSPECIFIED'] },
    ...{ counts: { b: '9007199254740993', __proto__: '1' }, makers: { 7: { name: 'M' } } },
    ...{
      timestamp: '2026-01-02T03:04:05.123456789Z',
      duration: '-1.500s',
      stringValue: '',
      int64Value: '9007199254740993',
    },
    ...{ boolValue: false, struct: { a: [1, null, { b: 'c' }] }, value: [true], status: 'ITEM_STATUS_ACTIVE' },
    any: { '@type': 'type.googleapis.com/test.v1.Maker', name: 'Any' },
    described: { '@type': 'type.googleapis.com/test.v1.Box', weight: 2 },
    count: '9007199254740993',
  };
  Object.defineProperty(message.counts, '__proto__', { value: '1', enumerable: true });
  const query = await serveValues(() => message);
  const { data, errors } = await query(fields);
  expect(errors).toBeUndefined();
  expect(data.values).toEqual({
    ...{ double: 1e21, doubleText: '1e+21', float: 0.5, int32: -2147483648, intText: '-2147483648' },
    ...{
      int64: '-9223372036854775808',
      long: '-9223372036854775808',
      uint32: 4294967295,
      uint64: '18446744073709551615',
    },
    ...{ bool: true, string: '"é\\\n', bytes: '+/8=', optionalString: '', optionalInt32: 0 },
    ...{ int64s: ['9007199254740993', '-1'], statuses: ['RETIRED', 'UNSPECIFIED'] },
    counts: expect.arrayContaining([
      { key: 'b', value: '9007199254740993' },
      { key: '__proto__', value: '1' },
    ]),
    countsText: JSON.parse('{"b":"9007199254740993","__proto__":"1"}'),
    makers: [{ key: '7', value: { name: 'M' } }],
    ...{ timestamp: '2026-01-02T03:04:05.123456789Z', duration: '-1.500s', stringValue: '', boolValue: false },
    ...{ int64Value: '9007199254740993', struct: { a: [1, null, { b: 'c' }] }, value: [true] },
    any: { '@type': 'type.googleapis.com/test.v1.Maker', name: 'Any' },
    described: { __typename: 'Parcel', weight: 2 },
    ...{ status: 'ACTIVE', statusName: 'ITEM_STATUS_ACTIVE', statusText: 'ITEM_STATUS_ACTIVE', absent: null },
    ...{ absentName: null, text: null, count: '9007199254740993' },
    self: { int64: '-9223372036854775808', self: { int64: '-9223372036854775808' } },
  });
});

test('what a type cannot have is an error at its place, and never another value', async () => {
  let message: JsonObject = { uint32: 4294967295, double: 'NaN', status: 7 };
  const query = await serveValues(() => message);
  expect(await query('short double string')).toMatchObject({
    data: { values: { short: null, double: null, string: '' } },
    errors: [{ path: ['values', 'short'] }, { path: ['values', 'double'] }],
  });
  expect(await query('status statusName string')).toMatchObject({
    data: { values: { status: null, statusName: null, string: '' } },
    errors: [{ path: ['values', 'status'] }, { path: ['values', 'statusName'] }],
  });
  message = { described: { '@type': 'type.googleapis.com/test.v1.Item', itemId: 'x' } };
  expect(await query('described { __typename }')).toMatchObject({
    data: { values: { described: null } },
    errors: [{ path: ['values', 'described'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }],
  });
});

test('a part of a message that has no JSON is an error where it is selected, and nowhere else', async () => {
  const shop = await startShop(() => ({}));
  // google.protobuf.Any of a type that the descriptors lack, beside other values.
  const any = new BinaryWriter().tag(1, 2).string('type.googleapis.com/x.None').finish();
  const writer = new BinaryWriter().tag(23, 2).bytes(any).tag(4, 0).int64(7).tag(24, 2).bytes(any);
  shop.bytes = Buffer.from(writer.finish());
  const { request } = await serveShop({ shop, subgraph: { schema: sdl }, config: { unreachable: 'warn' } });
  expect(await request('{ values { int64 int64s counts { key } self { int64 } status } }')).toEqual({
    data: { values: { int64: '7', int64s: [], counts: [], self: { int64: '7' }, status: 'UNSPECIFIED' } },
  });
  expect(await request('{ values { int64 any described { __typename } message self { int64 } } }')).toMatchObject({
    data: { values: { int64: '7', any: null, described: null, message: null, self: { int64: '7' } } },
    errors: ['any', 'described', 'message'].map((name) => ({
      path: ['values', name],
      extensions: { code: 'SUBGRAPH_BAD_RESPONSE' },
    })),
  });
});
