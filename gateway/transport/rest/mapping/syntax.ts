// Syntax tree of the mapping language, a subset of Apollo Connectors' (its grammar:
// https://github.com/apollographql/router, apollo-federation/src/connectors/json_selection). Offsets are those of the
// text, from 0.

/** A value that is taken from the response, from a variable, or from a literal. */
export type Expression = PathExpression | LiteralExpression | ObjectExpression | ListExpression;

/** `a.b->first { c d }`, `$.a`, `$args.id`, `@->size`, `$(1)`. */
export interface PathExpression {
  kind: 'path';
  head: Head;
  steps: readonly Step[];
  /** The properties that are selected of each object at the end of the path; null for the value as it is. */
  selection: SubSelection | null;
  offset: number;
}

export type Head =
  /** `$`: the value that the enclosing selection is applied to. */
  | { kind: 'enclosing' }
  /** `@`: the value that a method's argument is evaluated for. */
  | { kind: 'current' }
  /** `$args` and the others. */
  | { kind: 'variable'; name: string }
  /** `$(…)`. */
  | { kind: 'expression'; expression: Expression };

export type Step =
  | { kind: 'property'; name: string; offset: number }
  | { kind: 'method'; name: string; args: readonly Expression[]; offset: number };

export interface LiteralExpression {
  kind: 'literal';
  value: string | number | boolean | null;
  offset: number;
}

export interface ObjectExpression {
  kind: 'object';
  properties: readonly { name: string; value: Expression }[];
  offset: number;
}

export interface ListExpression {
  kind: 'list';
  items: readonly Expression[];
  offset: number;
}

/** `{ id name: fullName address { city } }`. */
export interface SubSelection {
  fields: readonly SelectedField[];
  offset: number;
}

export interface SelectedField {
  /** Name of the property in the result; null where all properties of the value are taken into it. */
  name: string | null;
  /** A group, `names: { first last }`, is the path `$` with a selection. */
  value: PathExpression;
  offset: number;
}

/** A whole mapping: properties of one object, or a single value. */
export type Mapping = { kind: 'fields'; selection: SubSelection } | { kind: 'value'; value: PathExpression };

/** A text of the mapping language that is not valid, or is outside of the subset. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
