// Merged definition of a type that several sources have.
import type { MergedInputValues } from './arguments.ts';
import type { MergedEnumValue } from './enums.ts';
import type { MergedField } from './fields.ts';

export interface MergedType {
  description: string | undefined;
  /** Of an object or interface type. */
  fields?: Map<string, MergedField>;
  /** Of an input type. */
  inputFields?: MergedInputValues;
  /** Whether the input type accepts exactly one field: true if any source declares it. */
  isOneOf?: boolean;
  /** Of an enum. */
  values?: Map<string, MergedEnumValue>;
}
