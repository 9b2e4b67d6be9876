// Field source: where the objects at a place come from, which decides what of their fields is there.
import type { SelectionSetNode } from 'graphql';

/** The source of an object: the subgraph that returns it. */
export interface FieldSource {
  subgraph: string;
  typeName: string;
  /** Fields that this very place provides although they are external in the subgraph. */
  provided: SelectionSetNode | undefined;
}
