// List lengths, estimated: by the slicing arguments of a field, else by its `@listSize`, else by the configuration.
// Lists one level below a connection have the connection's length.
import {
  type ArgumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
} from 'graphql';
import { NumberText } from '../../json/number-text.ts';
import type { ArgumentValues, Value } from './argument-values.ts';
import type { CostExpr, CostProgram } from './cost-program.ts';
import type { ListSize } from './cost-rules.ts';
import type { Weights } from './weights.ts';

/** Slicing arguments of fields without `@listSize`. */
const usualSlicing = ['first', 'last'];
/** The lists of a connection (https://relay.dev/graphql/connections.htm), and the shortcut that many add. */
const connectionLists = ['edges', 'nodes'];

/** Lists one level below a field whose length the field's arguments determine. */
export interface SizedFields {
  names: readonly string[];
  length: CostExpr;
}

export interface Lengths {
  /** Length of the field's own list; 1 where it is not a list. */
  own: CostExpr;
  below: SizedFields | null;
}

export class ListLengths {
  readonly #program: CostProgram;
  readonly #weights: Weights;
  readonly #values: ArgumentValues;
  readonly #assumed: number;

  constructor(program: CostProgram, weights: Weights, values: ArgumentValues, assumed: number) {
    this.#program = program;
    this.#weights = weights;
    this.#values = values;
    this.#assumed = assumed;
  }

  /** @param sized lengths of lists that the field above determines. */
  of(
    type: GraphQLObjectType,
    definition: GraphQLField<unknown, unknown>,
    node: FieldNode,
    sized: SizedFields | null,
  ): Lengths {
    const declared = this.#weights.field(type, definition).list;
    const isList = isListType(getNullableType(definition.type));
    const slicing = slicingArguments(definition, declared);
    if (!isList) {
      const names = sizedBelow(getNamedType(definition.type), declared, slicing);
      if (names.length === 0) return { own: 1, below: null };
      return { own: 1, below: { names, length: this.#length(definition, node, slicing, declared) } };
    }
    if (!declared && slicing.length === 0 && sized?.names.includes(definition.name)) {
      return { own: sized.length, below: null };
    }
    return { own: this.#length(definition, node, slicing, declared), below: null };
  }

  /** The greatest value of the slicing arguments. */
  #length(
    definition: GraphQLField<unknown, unknown>,
    node: FieldNode,
    slicing: readonly string[],
    declared: ListSize | undefined,
  ): CostExpr {
    const values = slicing.flatMap((path) => this.#value(definition, node.arguments ?? [], path) ?? []);
    const fallback = declared?.assumedSize ?? this.#assumed;
    const reads = values.filter((value) => 'read' in value);
    const known = greatest(values.map((value) => ('known' in value ? toLength(value.known) : undefined)));
    if (reads.length === 0) return known ?? fallback;
    const key = `length ${known ?? ''} ${fallback} ${reads.map((value) => value.key).join(', ')}`;
    return this.#program.input(
      key,
      (variables) => greatest([known, ...reads.map((value) => toLength(value.read(variables)))]) ?? fallback,
    );
  }

  #value(definition: GraphQLField<unknown, unknown>, given: readonly ArgumentNode[], path: string): Value | undefined {
    const [name, ...rest] = path.split('.') as [string, ...string[]];
    const argument = definition.args.find((each) => each.name === name);
    if (!argument) return undefined;
    const node = given.find((each) => each.name.value === name);
    return this.#values.at(node?.value, argument, rest);
  }
}

/** The arguments that determine the length of a field's list. */
export function slicingArguments(
  { args }: GraphQLField<unknown, unknown>,
  declared: ListSize | undefined,
): readonly string[] {
  if (declared && declared.slicingArguments.length > 0) return declared.slicingArguments;
  return usualSlicing.filter((name) => args.some((argument) => argument.name === name));
}

function sizedBelow(
  type: GraphQLNamedType,
  declared: ListSize | undefined,
  slicing: readonly string[],
): readonly string[] {
  if (declared && declared.sizedFields.length > 0) return declared.sizedFields;
  if (!declared && slicing.length === 0) return [];
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  const fields = type.getFields();
  return fields.pageInfo ? connectionLists.filter((name) => fields[name]) : [];
}

/** Undefined for a missing value. For a negative length, or anything but a number, a service returns no list. */
function toLength(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const isText = typeof value === 'string' || typeof value === 'bigint' || value instanceof NumberText;
  const length = isText ? Number(value) : value;
  return typeof length === 'number' && length > 0 ? length : 0;
}

function greatest(lengths: readonly (number | undefined)[]): number | undefined {
  const given = lengths.filter((length) => length !== undefined);
  return given.length === 0 ? undefined : Math.max(...given);
}
