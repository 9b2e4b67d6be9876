// Input of a gRPC service: the arguments of a root field, and the input types in them, beside the request message. What is
// made from them is JSON by the mapping of protobuf, of which protobuf makes the message.
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { ownValue, setProperty, toPlainJson } from '../../json/json-values.ts';
import { NumberText } from '../../json/number-text.ts';
import type { DescEnum, DescField, DescMessage } from '../../transport/grpc/descriptors.ts';
import { argumentCoordinate, memberCoordinate } from '../schema-elements.ts';
import type { BindingProblems } from './binding-problems.ts';
import { EnumNames } from './enum-names.ts';
import { pathOf } from './grpc-directives.ts';
import { isCustomScalar, leafProblem, messageLeaf, type ProtobufLeaf, scalarLeaf, withArticle } from './leaf-types.ts';
import { findPath } from './message-paths.ts';

type Json = Record<string, unknown>;

/** Writes the values of arguments, or of an input object, into the JSON of a message. */
export type WriteMessage = (values: Readonly<Json>, message: Json) => void;

type Convert = (value: unknown) => unknown;

const asText: Convert = (value) => (typeof value === 'number' || value instanceof NumberText ? String(value) : value);

/** Numbers that JavaScript would round have their text, which the JSON mapping takes for numbers of any kind. */
const asJson: Convert = (value) => toPlainJson(value);

export class InputBinding {
  readonly #problems: BindingProblems;
  /** By type and message: types may contain themselves. */
  readonly #writers = new Map<string, WriteMessage>();

  constructor(problems: BindingProblems) {
    this.#problems = problems;
  }

  /** @param coordinate of the field. */
  bindArguments(args: readonly GraphQLArgument[], message: DescMessage, coordinate: string): WriteMessage {
    const [type, field] = coordinate.split('.') as [string, string];
    return this.#bindAll(args, message, (name) => argumentCoordinate(type, field, name));
  }

  #bindAll(
    inputs: readonly (GraphQLArgument | GraphQLInputField)[],
    message: DescMessage,
    coordinateOf: (name: string) => string,
  ): WriteMessage {
    const byPath = new Map<string, string>();
    const writers = inputs.map((input) => {
      const path = pathOf(input) ?? defaultPath(inputs, input, message);
      const key = fieldKey(message, path);
      const other = byPath.get(key);
      if (other !== undefined) {
        this.#problems.add(
          coordinateOf(input.name),
          `is the same field of the request as ${other}: remove one of them`,
        );
      }
      byPath.set(key, input.name);
      return { name: input.name, write: this.#bind(input.type, message, path, coordinateOf(input.name)) };
    });
    return (values, target) => {
      for (const { name, write } of writers) {
        const value = ownValue(values, name);
        // Null is no value of a message: the field is left out, as its default.
        if (value !== undefined && value !== null) write(value, target);
      }
    };
  }

  #bind(
    type: GraphQLInputType,
    message: DescMessage,
    path: string,
    coordinate: string,
  ): (value: unknown, target: Json) => void {
    const found = findPath(message, path);
    if (typeof found === 'string') return this.#problem(coordinate, found);
    const { parents, target } = found;
    const bare = isNonNullType(type) ? type.ofType : type;
    if (target.kind === 'oneof') {
      return this.#problem(coordinate, `is the oneof ${target.name}: declare an argument for each of its fields`);
    }
    if (target.kind === 'message') {
      if (!isInputObjectType(bare)) return this.#problem(coordinate, 'is the whole message: declare an input type');
      const write = this.#object(bare, target);
      return (value, json) => write(value as Json, json);
    }
    const convert = this.#field(bare, target, coordinate);
    const names = parents.map(({ jsonName }) => jsonName);
    return (value, json) => setProperty(reach(json, names), target.jsonName, convert(value));
  }

  #field(type: GraphQLInputType, field: DescField, coordinate: string): Convert {
    const where = `${field.parent.typeName}.${field.name}`;
    if (isLeafType(type) && !isEnumType(type) && isCustomScalar(type)) return asJson;
    if (field.fieldKind === 'map') {
      this.#problems.add(coordinate, `is a map in ${where}: declare a custom scalar`);
      return asJson;
    }
    if (field.fieldKind !== 'list') {
      if (!isListType(type)) return this.#element(type, field, coordinate);
      this.#problems.add(coordinate, `is no list in ${where}: declare ${type.ofType}`);
      return asJson;
    }
    if (!isListType(type)) {
      this.#problems.add(coordinate, `is a list in ${where}: declare [${type}!]`);
      return asJson;
    }
    const item = this.#element(isNonNullType(type.ofType) ? type.ofType.ofType : type.ofType, field, coordinate);
    return (value) => (Array.isArray(value) ? value.map((each) => (each === null ? null : item(each))) : value);
  }

  #element(type: GraphQLInputType, field: DescField, coordinate: string): Convert {
    if (isListType(type)) {
      this.#problems.add(coordinate, 'is a list of lists, which messages do not have');
      return asJson;
    }
    if (field.enum) return this.#enum(type, field.enum, coordinate);
    if (!field.message) return this.#leaf(type, scalarLeaf(field.scalar as number), coordinate);
    const leaf = messageLeaf(field.message);
    if (leaf) return this.#leaf(type, leaf, coordinate);
    if (isInputObjectType(type)) {
      const write = this.#object(type, field.message);
      return (value) => {
        const json: Json = {};
        write(value as Json, json);
        return json;
      };
    }
    if (!isCustomScalar(type)) {
      this.#problems.add(
        coordinate,
        `is the message ${field.message.typeName}: declare an input type or a custom scalar`,
      );
    }
    return asJson;
  }

  #leaf(type: GraphQLInputType, leaf: ProtobufLeaf, coordinate: string): Convert {
    // Any integer of GraphQL is one of 64 bits as well, and a floating point number.
    const isWiderNumber = isLeafType(type) && type.name === 'Int' && (leaf.kind === 'int64' || leaf.kind === 'float');
    const problem = !isLeafType(type)
      ? `is ${withArticle(leaf.name)}, and not an object`
      : isWiderNumber
        ? null
        : leafProblem(type, leaf);
    if (problem) this.#problems.add(coordinate, problem);
    return leaf.kind === 'string' ? asText : asJson;
  }

  #enum(type: GraphQLInputType, desc: DescEnum, coordinate: string): Convert {
    if (!isEnumType(type)) {
      const isText = isLeafType(type) && (type.name === 'String' || isCustomScalar(type));
      if (!isText)
        this.#problems.add(coordinate, `is the enum ${desc.typeName}: declare an enum, String or a custom scalar`);
      return asJson;
    }
    const names = new EnumNames(type, desc);
    names.checkValues(this.#problems);
    return (value) => names.toMessage.get(value) ?? value;
  }

  #object(type: GraphQLInputObjectType, message: DescMessage): WriteMessage {
    const key = `${type.name} ${message.typeName}`;
    const known = this.#writers.get(key);
    if (known) return known;
    let write: WriteMessage | undefined;
    this.#writers.set(key, (values, target) => write?.(values, target));
    write = this.#bindAll(Object.values(type.getFields()), message, (name) => memberCoordinate(type.name, name));
    return write;
  }

  #problem(coordinate: string, what: string): () => void {
    this.#problems.add(coordinate, what);
    return () => undefined;
  }
}

/** Equal for paths to the same field. */
function fieldKey(message: DescMessage, path: string): string {
  const found = findPath(message, path);
  if (typeof found === 'string') return path;
  return [...found.parents, found.target].map(({ name }) => name).join('.');
}

/** A single argument of an input type that is no field of the message stands for the message. */
function defaultPath(
  inputs: readonly (GraphQLArgument | GraphQLInputField)[],
  { name, type }: GraphQLArgument | GraphQLInputField,
  message: DescMessage,
): string {
  const bare = isNonNullType(type) ? type.ofType : type;
  const isWhole = inputs.length === 1 && isInputObjectType(bare);
  return isWhole && !message.fields.some((field) => field.name === name || field.jsonName === name) ? '.' : name;
}

function reach(json: Json, names: readonly string[]): Json {
  let at = json;
  for (const name of names) {
    const next = (ownValue(at, name) as Json | undefined) ?? {};
    setProperty(at, name, next);
    at = next;
  }
  return at;
}
