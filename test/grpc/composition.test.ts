// Composition of services that speak gRPC: their SDL beside their descriptors, and their options.
import { copyFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { shopSdl } from './shop-gateway.ts';
import { descriptors } from './shop-service.ts';

type Subgraph = NonNullable<GatewayConfig['subgraphs']>[string];

/** The reasons why an SDL is not composed, in a file of its own. */
function problemsOf(sdl: string, subgraph: Subgraph = {}): readonly string[] {
  const folder = temporaryFolder({ 'shop.graphql': sdl });
  copyFileSync(descriptors, `${folder}/shop.binpb`);
  const config = { grpc: 'shop:50051', descriptors: 'shop.binpb', schema: 'shop.graphql', ...subgraph };
  try {
    createGateway({ log: { level: 'silent' }, unreachable: 'warn', subgraphs: { shop: config } }, folder);
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    return error.reasons.map((reason) => reason.replace(/^\S*(?=shop\.graphql:)/, '').replaceAll(`${folder}/`, ''));
  }
  return [];
}

test('the SDL of the tests is composed, in one file or as text', () => {
  expect(problemsOf('', { schema: shopSdl })).toEqual([]);
});

test('each problem has its place, and what to do', () => {
  const sdl = `type Query {
  none(id: ID!): Item
  service: Item @grpc(service: "test.v1.Shopp", method: "GetItem")
  method(id: ID!): Item @grpc(service: "test.v1.Shop", method: "GetItems")
  stream(id: ID!): Item @grpc(service: "test.v1.Shop", method: "WatchItem")
  chat(id: ID!): Item @grpc(service: "test.v1.Shop", method: "Chat")
  wrapped: Item @grpc(service: "test.v1.Shop", method: "SearchItems", field: "itemz")
  list(ids: [ID!]! @grpcField(path: "item_ids")): Item @grpc(service: "test.v1.Shop", method: "BatchGetItems", field: "items")
  one(id: [ID!]!): [Item] @grpc(service: "test.v1.Shop", method: "GetItem")
  unknown(ids: ID!, other: Int): Item @grpc(service: "test.v1.Shop", method: "GetItem")
  search(limit: ID, status: Broken @grpcField(path: "filter.status"), tags: String @grpcField(path: "filter.tags"), minNumber: Boolean @grpcField(path: "filter.min_number"), filter: Int): [Item] @grpc(service: "test.v1.Shop", method: "SearchItems", field: "items")
  twice(id: ID!, item: ID @grpcField(path: "id")): Item @grpc(service: "test.v1.Shop", method: "GetItem")
  values: Values @grpc(service: "test.v1.Shop", method: "GetValues")
}
type Subscription { changed(id: ID!): Item @grpc(service: "test.v1.Shop", method: "GetItem") }
enum Broken { ACTIVE LOST }
enum Partial @grpcEnum(prefix: "ITEM_STATUS_") { ACTIVE }
type Item {
  itemId: ID!
  number: Int
  long: Float @grpcField(path: "number")
  price: Float
  status: Boolean
  state: Partial @grpcField(path: "status")
  tags: String
  name: [String]
  maker: String
  makers(first: Int): Maker @grpcField(path: "maker")
  deep: String @grpcField(path: "maker.name.first")
  form: Form
  box: Form
  called: String @grpc(service: "test.v1.Shop", method: "GetItem")
}
type Maker { name: String }
union Form = Box | Other
type Box { weight: Int }
type Other { url: String }
scalar JSON
type Values {
  bool: Int
  struct: String
  timestamp: Float
  bytes: Int
  counts: [Count]
  makers: [String]
  any: Maker
  described: Described
  choice: String
  double: [[Float]]
}
type Count { key: Boolean value: Int }
union Described = Maker | Box
`;
  expect(problemsOf(sdl)).toMatchInlineSnapshot(`
    [
      "shop.graphql:2:3: Query.none calls no method: add @grpc(service: "…", method: "…")",
      "shop.graphql:3:3: Query.service has the service "test.v1.Shopp", which the descriptors do not have; did you mean test.v1.Shop?",
      "shop.graphql:4:3: Query.method has the method "GetItems", which test.v1.Shop does not have; did you mean GetItem?",
      "shop.graphql:5:3: Query.stream calls WatchItem, a method of kind server streaming: declare it in Subscription",
      "shop.graphql:20:3: Item.number is an int64, which Int would round: declare String, ID or a custom scalar",
      "shop.graphql:21:3: Item.long is an int64, which Float would round: declare String, ID or a custom scalar",
      "shop.graphql:22:3: Item.price has no field in test.v1.Item: name one by @grpcField(path: "…"), in place of "price"; there are item_id, name, number, status, tags, maker, box, download, created_at and form",
      "shop.graphql:23:3: Item.status is the enum test.v1.ItemStatus: declare an enum, String or a custom scalar",
      "shop.graphql:17:1: Partial lacks ITEM_STATUS_RETIRED of test.v1.ItemStatus: add them",
      "shop.graphql:25:3: Item.tags is a list in test.v1.Item.tags: declare [String]",
      "shop.graphql:26:3: Item.name is no list in test.v1.Item.name: declare String",
      "shop.graphql:27:3: Item.maker is the message test.v1.Maker: declare an object type or a custom scalar",
      "shop.graphql:28:3: Item.makers has arguments, which fields of messages do not have: remove them",
      "shop.graphql:29:3: Item.deep has a path through test.v1.Maker.name, which is no single message",
      "shop.graphql:36:12: Box.weight is a double, and not Int: declare Float, String or a custom scalar",
      "shop.graphql:30:3: Item.form has no type for download of the oneof (message test.v1.Download): declare a type of Form named Download, or with @grpcMessage(name: "test.v1.Download")",
      "shop.graphql:31:3: Item.box is of type Form, and test.v1.Box is one message: give the path of a oneof, or declare an object type",
      "shop.graphql:32:3: Item.called has no field in test.v1.Item: name one by @grpcField(path: "…"), in place of "called"; there are item_id, name, number, status, tags, maker, box, download, created_at and form",
      "shop.graphql:6:3: Query.chat calls Chat, a method of kind bidi streaming: the gateway has no operation for it: remove this",
      "shop.graphql:7:3: Query.wrapped has no field in test.v1.BatchGetItemsResponse: name one by @grpcField(path: "…"), in place of "itemz"; did you mean items?",
      "shop.graphql:8:3: Query.list is a list in test.v1.BatchGetItemsResponse.items: declare [Item]",
      "shop.graphql:9:7: Query.one(id:) is no list in test.v1.GetItemRequest.id: declare ID!",
      "shop.graphql:9:3: Query.one is a list of lists, which messages do not have",
      "shop.graphql:10:11: Query.unknown(ids:) has no field in test.v1.GetItemRequest: name one by @grpcField(path: "…"), in place of "ids"; did you mean id?",
      "shop.graphql:10:21: Query.unknown(other:) has no field in test.v1.GetItemRequest: name one by @grpcField(path: "…"), in place of "other"; there is id",
      "shop.graphql:16:15: Broken.ACTIVE has no value in test.v1.ItemStatus: name the prefix of its values by @grpcEnum(prefix: "…"), or remove it",
      "shop.graphql:16:22: Broken.LOST has no value in test.v1.ItemStatus: name the prefix of its values by @grpcEnum(prefix: "…"), or remove it",
      "shop.graphql:11:71: Query.search(tags:) is a list in test.v1.Filter.tags: declare [String!]",
      "shop.graphql:11:117: Query.search(minNumber:) is an int64, and not Boolean: declare String, ID or a custom scalar",
      "shop.graphql:11:175: Query.search(filter:) is the message test.v1.Filter: declare an input type or a custom scalar",
      "shop.graphql:12:18: Query.twice(item:) is the same field of the request as id: remove one of them",
      "shop.graphql:40:3: Values.bool is a bool, and not Int: declare Boolean or a custom scalar",
      "shop.graphql:41:3: Values.struct is a google.protobuf.Struct, and not String: declare a custom scalar",
      "shop.graphql:42:3: Values.timestamp is a google.protobuf.Timestamp, and not Float: declare String or a custom scalar",
      "shop.graphql:43:3: Values.bytes is a bytes, and not Int: declare String, ID or a custom scalar",
      "shop.graphql:51:14: Count.key is a string, and not Boolean: declare String, ID or a custom scalar",
      "shop.graphql:51:27: Count.value is an int64, which Int would round: declare String, ID or a custom scalar",
      "shop.graphql:45:3: Values.makers is a map in test.v1.Values.makers: declare a custom scalar, or a list of objects with \`key\` and \`value\`",
      "shop.graphql:46:3: Values.any is a google.protobuf.Any: declare a union, an interface or a custom scalar",
      "shop.graphql:34:1: Maker is a type of a google.protobuf.Any: name its message by @grpcMessage(name: "…")",
      "shop.graphql:36:1: Box is a type of a google.protobuf.Any: name its message by @grpcMessage(name: "…")",
      "shop.graphql:48:3: Values.choice is a oneof in test.v1.Values: declare a union, or its fields",
      "shop.graphql:49:3: Values.double is no list in test.v1.Values.double: declare [Float]",
      "shop.graphql:15:21: Subscription.changed calls GetItem, a method of kind unary: declare it in Query or Mutation",
      "shop.graphql:32:3: Item.called has @grpc, which is for fields of Query, Mutation and Subscription",
    ]
  `);
});

test('descriptors that cannot be used are named, with how to write them', () => {
  const folder = temporaryFolder({ 'shop.graphql': 'type Query { a: Int }', 'text.binpb': 'text', 'empty.binpb': '' });
  const reasonFor = (file: string) => {
    const shop = { grpc: 'shop:50051', descriptors: file, schema: 'shop.graphql' };
    try {
      createGateway({ log: { level: 'silent' }, subgraphs: { shop } }, folder);
    } catch (error) {
      return (error as Error).message.replaceAll(`${folder}/`, '').split('\n')[1]?.trim();
    }
  };
  const written = 'write it with `protoc --include_imports --descriptor_set_out` or `buf build`';
  expect(['none.binpb', 'text.binpb', 'empty.binpb'].map(reasonFor)).toEqual([
    'subgraphs.shop.descriptors: none.binpb does not exist; `concierge compose` fetches it from a running service',
    `subgraphs.shop.descriptors: text.binpb cannot be used: it is no FileDescriptorSet; ${written}`,
    `subgraphs.shop.descriptors: empty.binpb cannot be used: it is a FileDescriptorSet without files; ${written}`,
  ]);
  // A file alone, without those that it imports.
  writeFileSync(
    `${folder}/part.binpb`,
    Buffer.from([0x0a, 0x0e, 0x0a, 0x01, 0x61, 0x1a, 0x09, ...Buffer.from('none.prot')]),
  );
  expect(reasonFor('part.binpb')).toMatch(/part\.binpb cannot be used: it is not complete \(.*none\.prot/);
});

test('options that have no meaning for gRPC are errors, and so is @grpc without an address', () => {
  const shop: Subgraph = {
    grpc: 'shop',
    url: 'http://shop/graphql',
    hedge: true,
    sign: { hmac: { secret: 'x'.repeat(32) } },
    schema: { introspect: true },
  };
  const config: GatewayConfig = { subgraphs: { shop } };
  expect(() => createGateway(config)).toThrow(
    /subgraphs\.shop\.grpc is "shop": give an address such as "payments:50051"/,
  );
  const message = () => {
    try {
      createGateway({ subgraphs: { shop: { ...shop, grpc: 'shop:50051' } } });
    } catch (error) {
      return (error as Error).message.split('\n').map((line) => line.trim().split(':')[0]);
    }
  };
  expect(message()).toEqual([
    'configuration',
    'subgraphs.shop.url is "http',
    'subgraphs.shop.hedge is true',
    'subgraphs.shop.sign is {"hmac"',
    'subgraphs.shop.schema is {"introspect"',
    'subgraphs.shop.descriptors is missing',
  ]);
  expect(
    problemsOf('type Query { item(id: ID!): Int @grpc(service: "S", method: "M") }', {
      url: 'http://x/graphql',
      grpc: undefined,
      descriptors: undefined,
    } as unknown as Subgraph),
  ).toEqual([
    'shop: fields have @grpc, and the service speaks GraphQL: give subgraphs.shop.grpc, its address, in place of url',
  ]);
});
