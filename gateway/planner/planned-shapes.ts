// Planned places and fields of the response, until the fetches that their values come from are numbered.
import type { FieldShape, Shape } from '../query-plan/shape.ts';
import type { CounterpartGroup, EntityFetchGroup, FetchGroup } from './fetch-graph.ts';
import type { UpstreamSelection } from './upstream-selection.ts';

/** A field of the response, until the slot of its fetch group is known. */
export interface PlannedField {
  shape: FieldShape;
  fetchGroup: FetchGroup | CounterpartGroup | null;
}

/** A place of the response, with the fetch that determines the types of its objects. */
export interface TypedShape {
  shape: Shape;
  fetchGroup: EntityFetchGroup;
}

/** A place of the response, and the selection whose objects stand there. */
export interface PlannedShape {
  shape: Shape;
  typeName: string;
  selection: UpstreamSelection<FetchGroup>;
}
