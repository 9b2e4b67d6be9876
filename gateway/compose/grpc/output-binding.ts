// Output of a gRPC service: the object types of its SDL beside the messages that their objects are made from.
import {
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { DescEnum, DescField, DescMessage, DescOneof, FileRegistry } from '../../transport/grpc/descriptors.ts';
import {
  AnyShape,
  type MessageField,
  MessageShape,
  memberReader,
  OneofShape,
} from '../../transport/grpc/message-shape.ts';
import { JsonShape, type ValueShape } from '../../transport/translate/value-shape.ts';
import { memberCoordinate } from '../schema-elements.ts';
import type { BindingProblems } from './binding-problems.ts';
import { EnumNames } from './enum-names.ts';
import { messageNameOf, pathOf } from './grpc-directives.ts';
import { isCustomScalar, leafProblem, messageLeaf, type ProtobufLeaf, scalarLeaf, withArticle } from './leaf-types.ts';
import { findPath } from './message-paths.ts';

/** A value of a message: of a field, of an item of its list, or of an entry of its map. */
type Element = { scalar: number } | { enum: DescEnum } | { message: DescMessage };

type Convert = MessageField['convert'];

interface BoundValue {
  convert: Convert;
  shape: ValueShape;
}

const jsonShape = new JsonShape();

/** In place of what has a problem. */
const unbound: BoundValue = { convert: null, shape: jsonShape };

export class OutputBinding {
  readonly #schema: GraphQLSchema;
  readonly #registry: FileRegistry;
  readonly #problems: BindingProblems;
  /** By type and message: types may contain themselves. */
  readonly #shapes = new Map<string, MessageShape>();

  constructor(schema: GraphQLSchema, registry: FileRegistry, problems: BindingProblems) {
    this.#schema = schema;
    this.#registry = registry;
    this.#problems = problems;
  }

  /** The value at a path of a message, for a field of this type. */
  bind(type: GraphQLOutputType, message: DescMessage, path: string, coordinate: string): MessageField {
    const found = findPath(message, path);
    if (typeof found === 'string') {
      this.#problems.add(coordinate, found);
      return { names: [], ...unbound };
    }
    const { parents, target } = found;
    const names = parents.map(({ jsonName }) => jsonName);
    if (target.kind === 'message') return { names, ...this.#element(type, { message: target }, coordinate) };
    if (target.kind === 'oneof') return { names, ...this.#oneof(type, target, coordinate) };
    return { names: [...names, target.jsonName], ...this.#field(type, target, coordinate) };
  }

  #field(type: GraphQLOutputType, field: DescField, coordinate: string): BoundValue {
    const bare = isNonNullType(type) ? type.ofType : type;
    const where = `${field.parent.typeName}.${field.name}`;
    if (isLeafType(bare) && !isEnumType(bare) && isCustomScalar(bare)) return unbound;
    if (field.fieldKind === 'map') return this.#map(bare, field, coordinate);
    if (field.fieldKind === 'list') {
      if (!isListType(bare)) return this.#problem(coordinate, `is a list in ${where}: declare [${bare.name}]`);
      return this.#items(bare.ofType, elementOf(field), coordinate);
    }
    if (isListType(bare)) return this.#problem(coordinate, `is no list in ${where}: declare ${bare.ofType}`);
    return this.#element(bare, elementOf(field), coordinate);
  }

  #items(type: GraphQLOutputType, element: Element, coordinate: string): BoundValue {
    const { convert, shape } = this.#element(type, element, coordinate);
    return { convert: convert && ((value) => (Array.isArray(value) ? value.map(convert) : value)), shape };
  }

  #element(type: GraphQLOutputType, element: Element, coordinate: string): BoundValue {
    const bare = isNonNullType(type) ? type.ofType : type;
    if (isListType(bare)) return this.#problem(coordinate, 'is a list of lists, which messages do not have');
    if ('enum' in element) return this.#enum(bare, element.enum, coordinate);
    if ('scalar' in element) return this.#leaf(bare, scalarLeaf(element.scalar), coordinate);
    const { message } = element;
    if (message.typeName === 'google.protobuf.Any' && !isLeafType(bare)) return this.#any(bare, coordinate);
    // What a method without a response message has done.
    if (message.typeName === 'google.protobuf.Empty' && bare.name === 'Boolean')
      return { convert: () => true, shape: jsonShape };
    const leaf = messageLeaf(message);
    if (leaf) return this.#leaf(bare, leaf, coordinate);
    if (isLeafType(bare)) {
      if (!isEnumType(bare) && isCustomScalar(bare)) return unbound;
      return this.#problem(coordinate, `is the message ${message.typeName}: declare an object type or a custom scalar`);
    }
    if (isObjectType(bare)) return { convert: null, shape: this.#object(bare, message) };
    return this.#problem(
      coordinate,
      `is of type ${bare.name}, and ${message.typeName} is one message: give the path of a oneof, or declare an object type`,
    );
  }

  #leaf(type: GraphQLNamedOutputType, leaf: ProtobufLeaf, coordinate: string): BoundValue {
    if (!isLeafType(type))
      return this.#problem(coordinate, `is ${withArticle(leaf.name)}, and not an object of ${type.name}`);
    const problem = leafProblem(type, leaf);
    if (problem) return this.#problem(coordinate, problem);
    const isText = type.name === 'String' || type.name === 'ID';
    const isNumber = leaf.kind === 'int32' || leaf.kind === 'float';
    return { convert: isText && isNumber ? (value) => String(value) : null, shape: jsonShape };
  }

  #enum(type: GraphQLNamedOutputType, desc: DescEnum, coordinate: string): BoundValue {
    if (isEnumType(type)) {
      const names = new EnumNames(type, desc);
      names.checkValues(this.#problems);
      names.checkOutput(this.#problems);
      // Unknown numbers stay.
      return { convert: (value) => (names.toSchema.has(value) ? names.toSchema.get(value) : value), shape: jsonShape };
    }
    if (isLeafType(type) && (type.name === 'String' || isCustomScalar(type))) return unbound;
    return this.#problem(coordinate, `is the enum ${desc.typeName}: declare an enum, String or a custom scalar`);
  }

  #map(type: GraphQLOutputType, field: DescField & { fieldKind: 'map' }, coordinate: string): BoundValue {
    const entry = isListType(type) ? getNamedType(type.ofType) : null;
    const remedy = `is a map in ${field.parent.typeName}.${field.name}: declare a custom scalar, or a list of objects with \`key\` and \`value\``;
    if (!isObjectType(entry)) return this.#problem(coordinate, remedy);
    const { key, value, ...others } = entry.getFields();
    const [other] = Object.keys(others);
    if (!key || !value || other !== undefined) return this.#problem(coordinate, remedy);
    const shape = new MessageShape();
    const keyCoordinate = memberCoordinate(entry.name, 'key');
    const keys = this.#element(key.type, { scalar: field.mapKey }, keyCoordinate);
    shape.add('key', { names: ['key'], ...keys });
    const values = this.#element(value.type, elementOf(field), memberCoordinate(entry.name, 'value'));
    shape.add('value', { names: ['value'], ...values });
    const entries = (map: unknown) => Object.entries(map as object).map(([name, each]) => ({ key: name, value: each }));
    return { convert: entries, shape };
  }

  #oneof(type: GraphQLOutputType, oneof: DescOneof, coordinate: string): BoundValue {
    const bare = isNonNullType(type) ? type.ofType : type;
    if (!isAbstractType(bare)) {
      return this.#problem(coordinate, `is a oneof in ${oneof.parent.typeName}: declare a union, or its fields`);
    }
    const shape = new OneofShape();
    const types = this.#schema.getPossibleTypes(bare);
    for (const field of oneof.fields) {
      const { message } = field;
      const member =
        message && types.find((one) => (messageNameOf(one) ?? '') === message.typeName || isCalled(one, message));
      if (member && message) shape.add(field.jsonName, member.name, this.#object(member, message));
      else {
        const what = message ? `message ${message.typeName}` : 'no message';
        const remedy = message
          ? `declare a type of ${bare.name} named ${message.name}, or with @grpcMessage(name: "${message.typeName}")`
          : 'declare the fields of the oneof instead';
        this.#problems.add(coordinate, `has no type for ${field.name} of the oneof (${what}): ${remedy}`);
      }
    }
    const read = memberReader(oneof.fields.map(({ jsonName }) => jsonName));
    return { convert: read, shape };
  }

  #any(type: GraphQLNamedOutputType, coordinate: string): BoundValue {
    const shape = new AnyShape();
    const types = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [];
    if (types.length === 0) {
      return this.#problem(coordinate, 'is a google.protobuf.Any: declare a union, an interface or a custom scalar');
    }
    for (const member of types) {
      const name = messageNameOf(member);
      const message = name === null ? null : this.#registry.getMessage(name);
      if (message) shape.add(message.typeName, member.name, this.#object(member, message));
      else if (name === null)
        this.#problems.add(
          member.name,
          `is a type of a google.protobuf.Any: name its message by @grpcMessage(name: "…")`,
        );
      else this.#problems.add(member.name, `has the message "${name}", which the descriptors do not have`);
    }
    return { convert: null, shape };
  }

  #object(type: GraphQLObjectType, message: DescMessage): MessageShape {
    const key = `${type.name} ${message.typeName}`;
    const known = this.#shapes.get(key);
    if (known) return known;
    const shape = new MessageShape();
    this.#shapes.set(key, shape);
    for (const field of Object.values(type.getFields())) {
      const coordinate = memberCoordinate(type.name, field.name);
      if (field.args.length > 0) {
        this.#problems.add(coordinate, 'has arguments, which fields of messages do not have: remove them');
      }
      shape.add(field.name, this.bind(field.type, message, pathOf(field) ?? field.name, coordinate));
    }
    return shape;
  }

  #problem(coordinate: string, what: string): BoundValue {
    this.#problems.add(coordinate, what);
    return unbound;
  }
}

function isCalled(type: GraphQLObjectType, message: DescMessage): boolean {
  return messageNameOf(type) === null && type.name === message.name;
}

function elementOf(field: DescField): Element {
  if (field.enum) return { enum: field.enum };
  if (field.message) return { message: field.message };
  return { scalar: field.scalar as number };
}
