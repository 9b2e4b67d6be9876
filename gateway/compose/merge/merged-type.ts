// What the graph says of a type that several sources define.
import type { MergedInputValues } from './arguments.ts';
import type { MergedEnumValue } from './enums.ts';
import type { MergedField } from './fields.ts';

export interface MergedType {
  description: string | undefined;
  /** Of an object or interface type. */
  fields?: Map<string, MergedField>;
  /** Of an input type. */
  inputFields?: MergedInputValues;
  /** An input type that takes exactly one field: one source that says so is enough. */
  isOneOf?: boolean;
  /** Of an enum. */
  values?: Map<string, MergedEnumValue>;
}
