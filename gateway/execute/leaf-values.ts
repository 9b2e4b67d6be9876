// Leaf values of responses, as the specification requires them (October 2021, section 6.4.3).
import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLString } from 'graphql';
import { errorExtensions } from '../errors.ts';
import { copyJson, isNestedBeyond } from '../json/json-values.ts';
import { NumberText } from '../json/number-text.ts';
import type { Leaf } from '../query-plan/shape.ts';
import type { Extensions } from './field-error.ts';
import { MAX_NESTING } from './nesting.ts';

/** Stands for a value that its type does not allow. */
export class UnfitValue {
  readonly message: string;
  /** Of its error; null for those of a bad response. */
  readonly extensions: Extensions | null;

  constructor(message: string, extensions: Extensions | null = null) {
    this.message = message;
    this.extensions = extensions;
  }
}

const scalars = {
  Int: GraphQLInt,
  Float: GraphQLFloat,
  String: GraphQLString,
  Boolean: GraphQLBoolean,
  ID: GraphQLID,
};

/** The reason for a null in place of a value that the client's view hides. */
export const notInView: Extensions = errorExtensions('VALUE_NOT_IN_VIEW');

/**
 * The value as clients get it, or an `UnfitValue`.
 * @param coordinate for messages.
 */
export function leafValue(leaf: Leaf, value: unknown, coordinate: string): unknown {
  if (leaf.is === 'scalar') {
    // A copy: plugins and resolvers may change the result, and other requests may share the value.
    if (!isNestedBeyond(value, MAX_NESTING)) return copyJson(value);
    return new UnfitValue(`${coordinate} is nested too deeply in its subgraph's response.`);
  }
  if (leaf.is === 'enum') {
    if (typeof value === 'string' && leaf.values.includes(value)) {
      return leaf.shown && Object.hasOwn(leaf.shown, value) ? leaf.shown[value] : value;
    }
    const isHidden = typeof value === 'string' && leaf.hidden?.includes(value);
    const message = `Enum "${leaf.name}" cannot represent this value (${coordinate}).`;
    return new UnfitValue(message, isHidden ? notInView : null);
  }
  try {
    const isNumber = leaf.is !== 'ID' && leaf.is !== 'String' && value instanceof NumberText;
    return scalars[leaf.is].serialize(isNumber ? value.toNumber() : value);
  } catch {
    // The value is not repeated: it may contain internal data of the subgraph.
    return new UnfitValue(`${leaf.is} cannot represent this value (${coordinate}).`);
  }
}
