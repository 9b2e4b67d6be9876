// Leaf types of the schema beside those of protobuf: which of them can have the values of which, by the JSON mapping of
// protobuf (https://protobuf.dev/programming-guides/json/).
import { type GraphQLLeafType, type GraphQLNamedType, isEnumType, isScalarType, isSpecifiedScalarType } from 'graphql';
import type { DescField, DescMessage } from '../../transport/grpc/descriptors.ts';

/** Kinds of values of the JSON mapping. */
export type LeafKind = 'int32' | 'int64' | 'float' | 'bool' | 'string' | 'bytes' | 'time' | 'json';

export interface ProtobufLeaf {
  kind: LeafKind;
  /** For messages: `int64`, `google.protobuf.Timestamp`. */
  name: string;
}

/** By the number of `google.protobuf.FieldDescriptorProto.Type`. */
const scalars: Readonly<Record<number, ProtobufLeaf>> = {
  1: { kind: 'float', name: 'double' },
  2: { kind: 'float', name: 'float' },
  3: { kind: 'int64', name: 'int64' },
  4: { kind: 'int64', name: 'uint64' },
  5: { kind: 'int32', name: 'int32' },
  6: { kind: 'int64', name: 'fixed64' },
  7: { kind: 'int32', name: 'fixed32' },
  8: { kind: 'bool', name: 'bool' },
  9: { kind: 'string', name: 'string' },
  12: { kind: 'bytes', name: 'bytes' },
  13: { kind: 'int32', name: 'uint32' },
  15: { kind: 'int32', name: 'sfixed32' },
  16: { kind: 'int64', name: 'sfixed64' },
  17: { kind: 'int32', name: 'sint32' },
  18: { kind: 'int64', name: 'sint64' },
};

const textMessages: ReadonlySet<string> = new Set(['Timestamp', 'Duration', 'FieldMask']);
const jsonMessages: ReadonlySet<string> = new Set(['Struct', 'Value', 'ListValue', 'Any', 'Empty']);

export function scalarLeaf(scalar: number): ProtobufLeaf {
  return scalars[scalar] as ProtobufLeaf;
}

/** What a message of `google.protobuf` is in JSON where that is no object of its fields; null for other messages. */
export function messageLeaf({ typeName, fields }: DescMessage): ProtobufLeaf | null {
  const [, name] = /^google\.protobuf\.(\w+)$/.exec(typeName) ?? [];
  if (name === undefined) return null;
  if (textMessages.has(name)) return { kind: 'time', name: typeName };
  if (jsonMessages.has(name)) return { kind: 'json', name: typeName };
  const [value] = fields as [DescField?];
  const isWrapper = /^(?:Double|Float|U?Int(?:32|64)|Bool|String|Bytes)Value$/.test(name);
  return isWrapper && value?.fieldKind === 'scalar' ? { kind: scalarLeaf(value.scalar).kind, name: typeName } : null;
}

export function isCustomScalar(type: GraphQLNamedType): boolean {
  return isScalarType(type) && !isSpecifiedScalarType(type);
}

const kindsOf: Readonly<Record<string, readonly LeafKind[]>> = {
  Int: ['int32'],
  Float: ['int32', 'float'],
  Boolean: ['bool'],
  String: ['int32', 'int64', 'float', 'string', 'bytes', 'time'],
  ID: ['int32', 'int64', 'string', 'bytes', 'time'],
};

/** Null where the type has all values of the other; a text says what to declare instead. */
export function leafProblem(type: GraphQLLeafType, { kind, name }: ProtobufLeaf): string | null {
  const what = `is ${withArticle(name)}`;
  if (isEnumType(type)) return kind === 'string' ? null : `${what}, which is no value of the enum ${type.name}`;
  if (isCustomScalar(type) || kindsOf[type.name]?.includes(kind)) return null;
  const isRounded = kind === 'int64' && (type.name === 'Int' || type.name === 'Float');
  return `${what}, ${isRounded ? `which ${type.name} would round` : `and not ${type.name}`}: declare ${usualTypes[kind]}`;
}

const usualTypes: Readonly<Record<LeafKind, string>> = {
  int32: 'Int, Float, String, ID or a custom scalar',
  int64: 'String, ID or a custom scalar',
  float: 'Float, String or a custom scalar',
  bool: 'Boolean or a custom scalar',
  string: 'String, ID or a custom scalar',
  bytes: 'String, ID or a custom scalar',
  time: 'String or a custom scalar',
  json: 'a custom scalar',
};

export function withArticle(name: string): string {
  return `${name.startsWith('int') ? 'an' : 'a'} ${name}`;
}
