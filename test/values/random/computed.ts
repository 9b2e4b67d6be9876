// Computed fields of random entities: fields of one service that need values of others first, declared by `@computed`
// in its SDL.
import { type EntityModel, type EntityPart, type FieldModel, type GraphModel, namedType } from './model.ts';

/** Fields of which a service may compute others: values that other services serve, computed ones too. */
export function inputsFor({ fields }: EntityModel, { service }: EntityPart): readonly FieldModel[] {
  return fields.filter(
    ({ type, arguments: args, services }) =>
      args.length === 0 && !services.includes(service) && leaves.has(namedType(type)),
  );
}

const leaves = new Set(['String', 'Int', 'Float', 'Boolean', 'ID', 'Tone', 'Long', 'Decimal', 'JSON']);

/** Whether a lookup takes keys that have inputs of computed fields beside them: as objects, in a list. */
export function mayCompute({ lookup }: EntityPart): boolean {
  return lookup?.by === 'key' && lookup.isList && !lookup.isAbstract;
}

/** The inputs of the fields that a service computes. */
export function requiredOf(entity: EntityModel, service: string): readonly FieldModel[] {
  const names = new Set(
    entity.fields.flatMap(({ services, requires = [] }) => (services.includes(service) ? requires : [])),
  );
  return entity.fields.filter(({ name }) => names.has(name));
}

/** With all that is computed from these fields' inputs, and so on. */
export function withRequired(fields: readonly FieldModel[], all: readonly FieldModel[]): readonly FieldModel[] {
  const names = new Set(fields.flatMap(({ name, requires = [] }) => [name, ...requires]));
  const more = all.filter(({ name }) => names.has(name));
  return more.length > fields.length ? withRequired(more, all) : more;
}

/** The type of an input of a key, which may be left out. */
export function inputType({ type }: FieldModel): string {
  return type.replace(/!$/, '');
}

/**
 * Whether the type's keys are objects, in a service: of several fields, with inputs of computed fields, or of one of
 * several types.
 */
export function hasKeyObjects(entity: EntityModel, service: string): boolean {
  const isAbstract = entity.parts.some((part) => part.service === service && part.lookup?.isAbstract);
  return isAbstract || entity.key.length > 1 || requiredOf(entity, service).length > 0;
}

export function isComputed(graph: GraphModel, type: string, field: string): boolean {
  const entity = graph.entities.find(({ name }) => name === type);
  return entity?.fields.some(({ name, requires }) => name === field && requires !== undefined) ?? false;
}
