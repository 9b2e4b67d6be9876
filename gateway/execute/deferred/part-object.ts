// Objects of the parts of a response, with the objects that they are in.
import type { FragmentPlace } from '../../query-plan/deferred-fragment.ts';
import type { PartStart } from '../part-fields.ts';
import type { FieldGroup } from './deferred-fields.ts';

/** An object of the response, as a part has completed it. */
export interface PartObject extends PartStart {
  /** The object with the field that this one is in; null for the root. */
  readonly above: PartObject | null;
  /** As the response has it; undefined until it is completed. */
  data: Record<string, unknown> | undefined;
}

/** A group of fields that comes later than its object. */
export interface FoundGroup {
  object: PartObject;
  group: FieldGroup;
}

/** The object so many fields above. */
export function objectAbove(object: PartObject, { above }: Pick<FragmentPlace, 'above'>): PartObject {
  let found = object;
  for (let left = above; left > 0 && found.above; left -= 1) found = found.above;
  return found;
}
