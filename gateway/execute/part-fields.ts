// Fields of parts: those of each object that belong to one part of a response in parts (`@defer`).
import type { FieldShape } from '../query-plan/shape.ts';
import type { Path } from './field-error.ts';
import type { ResponseObject } from './hot-path/index.ts';

export interface PartFields {
  /** Begins an object. @returns those of its fields that belong to the part. */
  enter(fields: readonly FieldShape[], object: ResponseObject, path: Path): readonly FieldShape[];
  /** Ends the object that was begun last. @param data as it is in the part. */
  leave(data: Record<string, unknown>): void;
}

/** The object of a part, with the fields that the part begins with. */
export interface PartStart {
  fields: readonly FieldShape[];
  object: ResponseObject;
  path: Path;
}

/** Those that come with their objects. */
export const firstPart: PartFields = {
  enter: (fields) => fields.filter(({ deferred }) => !deferred),
  leave() {},
};
