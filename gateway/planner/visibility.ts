// Visibility: the part of the graph that a caller gets, without what policies deny and what the client's view hides,
// and under the names of that view. It follows the planner from field to field.
import { type GraphQLSchema, isNonNullType, isObjectType } from 'graphql';
import type { ClientView } from '../client-views/client-view.ts';
import type { DeniedFields } from '../query-plan/denied-fields.ts';
import type { FieldShape, Shape, ValueType } from '../query-plan/shape.ts';
import type { CollectedField, TypeWithFields } from './collect-fields.ts';

export class Visibility {
  /** Whether any field of the operation has been denied so far. */
  denied = false;
  readonly #schema: GraphQLSchema;
  readonly #deniedFields: DeniedFields;
  readonly #view: ClientView | null;
  /** Response keys down to the field that is being planned. */
  readonly #path: string[] = [];
  #names: Record<string, string> | null = null;

  /** @param view null for a client of the whole graph, with its own names. */
  constructor(schema: GraphQLSchema, deniedFields: DeniedFields, view: ClientView | null) {
    this.#schema = schema;
    this.#deniedFields = deniedFields;
    this.#view = view;
  }

  /** Plans the selection below a field. */
  below<Result>({ key }: CollectedField, plan: () => Result): Result {
    this.#path.push(key);
    const result = plan();
    this.#path.pop();
    return result;
  }

  /** The name under which a field is denied, as `DeniedFields.all` has it; undefined where it is not. */
  deniedFieldOf(typeName: string, field: CollectedField): string | undefined {
    if (this.#deniedFields.key === '') return undefined;
    return this.#deniedFields.keyFor(`${typeName}.${field.name}`, [...this.#path, field.key]);
  }

  /** A field that is null, with the error of its denial. */
  deniedField(parent: TypeWithFields, field: CollectedField, denied: string): FieldShape {
    this.denied = true;
    return {
      key: field.key,
      coordinate: `${parent.name}.${field.name}`,
      subgraph: '',
      slot: null,
      property: '',
      type: { kind: 'json', nonNull: isNonNullType(parent.getFields()[field.name]?.type) },
      denied,
    };
  }

  /** Whether objects of this type are null where others may stand as well. */
  isHidden(name: string): boolean {
    return this.#view?.hiddenTypes.has(name) === true || this.#deniedFields.type(name) !== undefined;
  }

  /** A place where objects of several types may stand, before any of them is planned. */
  abstractShape(): Shape {
    return { abstract: true, types: {}, identityFields: [], ...(this.#view && { hidden: [] }) };
  }

  /** Marks objects of this type in the shape if they are hidden from the client, or denied; true if they are. */
  markHidden(shape: Shape, name: string): boolean {
    if (this.#view?.hiddenTypes.has(name)) {
      shape.hidden = [...(shape.hidden ?? []), name];
      return true;
    }
    if (!this.#deniedFields.type(name)) return false;
    this.denied = true;
    shape.denied = [...(shape.denied ?? []), name];
    return true;
  }

  /** `__typename`; `name` is null where objects of several types stand, which have their own. */
  typename({ key }: CollectedField, name: string | null): FieldShape {
    return {
      key,
      coordinate: `${name ?? ''}.__typename`,
      subgraph: '',
      slot: null,
      property: '__typename',
      type: this.#nameOfType(name),
    };
  }

  /** Gives a field the client's name for it, where that is another one. */
  name(shape: FieldShape): FieldShape {
    const [type, field] = shape.coordinate.split('.') as [string, string];
    const shown = this.#view?.fieldName(type, field);
    if (shown && shown !== shape.coordinate) shape.shown = shown;
    return shape;
  }

  #nameOfType(name: string | null): ValueType {
    const view = this.#view;
    if (name !== null) return { kind: 'typename', nonNull: true, name: view?.typeName(name) ?? name };
    if (!view) return { kind: 'typename', nonNull: true, name };
    this.#names ??= namesIn(this.#schema, view);
    return { kind: 'typename', nonNull: true, name, names: this.#names };
  }
}

/** The client's name of every object type. */
function namesIn(schema: GraphQLSchema, view: ClientView): Record<string, string> {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  return Object.fromEntries(types.map(({ name }) => [name, view.typeName(name) ?? name]));
}

/** True for a non-null field that is null whatever is fetched: something in it is denied. */
export function isCertainlyLost({ type, denied }: FieldShape): boolean {
  if (!type.nonNull) return false;
  if (denied !== undefined) return true;
  if (type.kind !== 'object' || type.shape.abstract) return false;
  return Object.values(type.shape.types).some((fields) =>
    fields.some((field) => !field.deferred && isCertainlyLost(field)),
  );
}
