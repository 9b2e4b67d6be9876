// Check of a selection against the type that it makes values of, and what it provides of each object in them.
import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInt,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { nearOrKnown } from '../../did-you-mean.ts';
import type { Shape } from './shape.ts';

/** An object that a selection makes: the fields that it provides, with the objects in them. */
export interface Provided {
  /** Types that it may have. */
  types: readonly GraphQLObjectType[];
  fields: ReadonlyMap<string, readonly Provided[]>;
  offset: number;
}

export interface OutputProblems {
  problem(message: string, offset: number): void;
}

export class OutputCheck {
  readonly #schema: GraphQLSchema;
  readonly #problems: OutputProblems;
  /** Coordinates of fields that have connectors of their own. */
  readonly #connected: ReadonlySet<string>;

  constructor(schema: GraphQLSchema, connected: ReadonlySet<string>, problems: OutputProblems) {
    this.#schema = schema;
    this.#connected = connected;
    this.#problems = problems;
  }

  /**
   * @param what names the value, for messages: `Query.users`.
   * @returns the objects of composite types.
   */
  check(shape: Shape, type: GraphQLOutputType, what: string, offset: number): Provided[] {
    if (isNonNullType(type)) return this.check(shape, type.ofType, what, offset);
    switch (shape.kind) {
      case 'null':
        return [];
      case 'any':
        return shape.of.flatMap((one) => this.check(one, type, what, offset));
      case 'list':
        if (isListType(type)) return this.check(shape.item, type.ofType, what, offset);
        return this.#fail(
          `${what} is ${type}, and the selection makes a list: add ->first, or declare [${type}]`,
          offset,
        );
      case 'each':
        return this.#each(shape.item, type, what, offset);
      case 'unknown':
        return this.#unknown(type, what, offset);
      case 'scalar':
        return this.#scalar(shape, type, what, offset);
      case 'object':
        return this.#object(shape, type, what, offset);
    }
  }

  /** As many lists as the type has: the service decides. */
  #each(item: Shape, type: GraphQLOutputType, what: string, offset: number): Provided[] {
    if (isNonNullType(type)) return this.#each(item, type.ofType, what, offset);
    if (isListType(type)) return this.#each(item, type.ofType, what, offset);
    return this.check(item.kind === 'each' ? item.item : item, type, what, offset);
  }

  #unknown(type: GraphQLOutputType, what: string, offset: number): Provided[] {
    const named = getNamedType(type);
    if (!isObjectType(named) && !isAbstractType(named)) return [];
    return this.#fail(`${what} is ${type}: select its fields, as in: { ${this.#someFields(named)} }`, offset);
  }

  #scalar(shape: Shape & { kind: 'scalar' }, type: GraphQLOutputType, what: string, offset: number): Provided[] {
    const named = getNamedType(type);
    if (isListType(type)) {
      return this.#fail(
        `${what} is ${type}, and the selection makes one value: declare ${named}, or make a list`,
        offset,
      );
    }
    if (isObjectType(named) || isAbstractType(named)) {
      return this.#fail(`${what} is ${type}, and the selection makes a text, a number or a boolean`, offset);
    }
    if (shape.value !== undefined && !fits(shape.value, named)) {
      return this.#fail(`${what} is ${type}, and the selection makes ${JSON.stringify(shape.value)}`, offset);
    }
    return [];
  }

  #object(shape: Shape & { kind: 'object' }, type: GraphQLOutputType, what: string, offset: number): Provided[] {
    if (isListType(type)) {
      return this.#fail(
        `${what} is ${type}, and the selection makes one object: declare ${getNamedType(type)}`,
        offset,
      );
    }
    const named = getNamedType(type);
    if (isObjectType(named)) return this.#fieldsOf(shape, [named], named, offset);
    if (isAbstractType(named)) {
      if (!shape.fields.has('__typename')) {
        return this.#fail(
          `${what} is ${type}: select __typename, as in: __typename: kind->match(["a", "${this.#schema.getPossibleTypes(named)[0]}"])`,
          offset,
        );
      }
      return this.#fieldsOf(shape, this.#schema.getPossibleTypes(named), named, offset);
    }
    if (!isSpecifiedScalarType(named) && !isEnumType(named)) return [];
    return this.#fail(`${what} is ${type}, and the selection makes an object: leave out its braces`, offset);
  }

  #fieldsOf(
    shape: Shape & { kind: 'object' },
    types: readonly GraphQLObjectType[],
    named: GraphQLNamedType,
    offset: number,
  ): Provided[] {
    const fields = new Map<string, readonly Provided[]>();
    for (const [name, field] of shape.fields) {
      if (name === '__typename') {
        this.#checkTypeName(field.shape, types, named, field.offset);
        continue;
      }
      const holders = types.filter((type) => Object.hasOwn(type.getFields(), name));
      if (holders.length === 0) {
        const known = [...new Set(types.flatMap((type) => Object.keys(type.getFields())))];
        this.#fail(`${named} has no field ${name}${nearOrKnown(name, known)}`, field.offset);
        continue;
      }
      const inside: Provided[] = [];
      for (const holder of holders) {
        const coordinate = `${holder}.${name}`;
        const definition = holder.getFields()[name];
        if (this.#connected.has(coordinate)) {
          this.#fail(`${coordinate} has a @connect of its own: remove it from this selection`, field.offset);
        } else if (definition) inside.push(...this.check(field.shape, definition.type, coordinate, field.offset));
      }
      fields.set(name, inside);
    }
    return [{ types, fields, offset }];
  }

  #checkTypeName(shape: Shape, types: readonly GraphQLObjectType[], named: GraphQLNamedType, offset: number): void {
    const all = shape.kind === 'any' ? shape.of : [shape];
    for (const one of all) {
      if (one.kind !== 'scalar' || one.value === undefined) continue;
      if (types.some(({ name }) => name === one.value)) continue;
      const known = types.map(({ name }) => name);
      this.#fail(`${JSON.stringify(one.value)} is no type of ${named}${nearOrKnown(String(one.value), known)}`, offset);
    }
  }

  #someFields(type: GraphQLNamedType): string {
    const [first] = isObjectType(type) ? [type] : isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [];
    const names = Object.keys(first?.getFields() ?? {}).filter((name) => !this.#connected.has(`${first}.${name}`));
    return `${isAbstractType(type) ? '__typename ' : ''}${names.slice(0, 3).join(' ')}`;
  }

  #fail(message: string, offset: number): never[] {
    this.#problems.problem(message, offset);
    return [];
  }
}

/** Whether a literal is a value of the type; any may be one of a custom scalar. */
function fits(value: string | number | boolean, type: GraphQLNamedType): boolean {
  if (isEnumType(type)) return typeof value === 'string' && type.getValue(value) !== undefined;
  if (type === GraphQLBoolean) return typeof value === 'boolean';
  if (type === GraphQLInt) return Number.isInteger(value);
  if (type === GraphQLFloat) return typeof value === 'number';
  return typeof value !== 'boolean' || !isSpecifiedScalarType(type);
}
