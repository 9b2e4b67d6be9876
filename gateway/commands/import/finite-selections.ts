// Finite selections: a mapping names every property that it reads, so that types which lead back to themselves, or too deeply, lose
// the fields that do. A field that only some selections had would be null in the others.
import type { ImportReport } from './import-report.ts';
import type { Field, ObjectType, TypeReference } from './imported-types.ts';

/** The object type of a field, or of the elements of its lists. */
export function objectOf(type: TypeReference): ObjectType | null {
  if (type.kind === 'list') return objectOf(type.item);
  return type.kind === 'object' ? type.type : null;
}

/**
 * Leaves fields out of the types that these lead to.
 * @param maxDepth levels of objects below an operation.
 */
export function makeFinite(roots: readonly ObjectType[], maxDepth: number, report: ImportReport): void {
  cutDepth(roots, cutCycles(roots, report), maxDepth, report);
}

/** @returns the types, each after all those that lead to it. */
function cutCycles(roots: readonly ObjectType[], report: ImportReport): ObjectType[] {
  const done: ObjectType[] = [];
  const finished = new Set<ObjectType>();
  const path = new Set<ObjectType>();
  const visit = (type: ObjectType) => {
    path.add(type);
    for (const field of [...type.fields]) {
      const target = objectOf(field.type);
      if (!target || finished.has(target)) continue;
      if (path.has(target)) cut(type, field, `it leads back to ${target.name}`, report);
      else visit(target);
    }
    path.delete(type);
    finished.add(type);
    done.push(type);
  };
  for (const root of roots) if (!finished.has(root)) visit(root);
  return done.reverse();
}

function cutDepth(
  roots: readonly ObjectType[],
  order: readonly ObjectType[],
  maxDepth: number,
  report: ImportReport,
): void {
  const depths = new Map(roots.map((root) => [root, 1]));
  for (const type of order) {
    const depth = depths.get(type);
    if (depth === undefined) continue;
    for (const field of [...type.fields]) {
      const target = objectOf(field.type);
      if (!target) continue;
      if (depth >= maxDepth) cut(type, field, `it is more than ${maxDepth} levels deep`, report);
      else depths.set(target, Math.max(depths.get(target) ?? 0, depth + 1));
    }
  }
}

/** A type without fields is none: what is of it is JSON. */
export function dropEmpty(types: readonly ObjectType[]): void {
  for (const { fields } of types) for (const field of fields) field.type = withoutEmpty(field.type);
}

export function withoutEmpty(type: TypeReference): TypeReference {
  if (type.kind === 'list') return { ...type, item: withoutEmpty(type.item) };
  return type.kind === 'object' && type.type.fields.length === 0 ? { kind: 'scalar', name: 'JSON' } : type;
}

/** Properties that a selection of the type names. */
export function selectionSize(type: ObjectType, known = new Map<ObjectType, number>()): number {
  const size = known.get(type);
  if (size !== undefined) return size;
  let total = 0;
  for (const field of type.fields) {
    const target = objectOf(field.type);
    total += 1 + (target ? selectionSize(target, known) : 0);
  }
  known.set(type, total);
  return total;
}

/**
 * Whether a type, or one below it, can have itself in itself.
 * @param isFollowed fields along which it is looked for.
 */
export function leadsToItself(
  type: ObjectType,
  isFollowed: (field: Field) => boolean = () => true,
  finished = new Set<ObjectType>(),
  path: ReadonlySet<ObjectType> = new Set(),
): boolean {
  if (path.has(type)) return true;
  if (finished.has(type)) return false;
  const below = new Set([...path, type]);
  const found = type.fields.some((field) => {
    const target = isFollowed(field) ? objectOf(field.type) : null;
    return target !== null && leadsToItself(target, isFollowed, finished, below);
  });
  finished.add(type);
  return found;
}

/** Whether a value of one of the types would need another one in itself. */
export function needItself(types: ReadonlySet<ObjectType>): boolean {
  const isRequired = ({ isNullable, type: { kind } }: Field) => !isNullable && kind === 'object';
  return [...types].some((type) => leadsToItself(type, isRequired));
}

/** The type, and those of its fields on every level. */
export function typesBelow(type: ObjectType, found = new Set<ObjectType>()): Set<ObjectType> {
  if (found.has(type)) return found;
  found.add(type);
  for (const field of type.fields) {
    const target = objectOf(field.type);
    if (target) typesBelow(target, found);
  }
  return found;
}

function cut(type: ObjectType, field: Field, reason: string, report: ImportReport): void {
  type.fields.splice(type.fields.indexOf(field), 1);
  type.cut.push(`${field.name} is left out: ${reason}`);
  report.warn(field.element, `${type.name}.${field.property} is left out: ${reason}`);
}
