// Projection: the object that a selection requests, made from a service's value. It is compiled once for a document;
// what it makes is new with each call. Values of leaf fields are passed on: the gateway checks them when it completes
// its response, as it does for every service.
import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { setProperty } from '../../json/json-values.ts';
import { NumberText } from '../../json/number-text.ts';
import { type Condition, collectFields, type Selection, type SelectionContext } from './collected-fields.ts';
import type { Variables } from './input-values.ts';
import type { FieldErrors, FieldShape, ValueShape } from './value-shape.ts';

/** An error about a part of a value. */
export interface ProjectionError {
  message: string;
  /** Response keys and list indices, from the projected value on. */
  path: (string | number)[];
}

/** One projection: its variables, and the errors found so far. */
export class ProjectionRun implements FieldErrors {
  readonly variables: Variables;
  readonly errors: ProjectionError[] = [];

  constructor(variables: Variables) {
    this.variables = variables;
  }

  fail(message: string): null {
    this.errors.push({ message, path: [] });
    return null;
  }

  /** Adds the key of a container to the paths of errors that were found in it. @param from number of errors before. */
  locate(from: number, key: string | number): void {
    for (let index = from; index < this.errors.length; index++) this.errors[index]?.path.unshift(key);
  }
}

export type Project = (value: unknown, run: ProjectionRun) => unknown;

/** Null where values are passed on as they are. */
export function compileProjection(
  type: GraphQLOutputType,
  selections: readonly Selection[],
  shape: ValueShape,
  context: SelectionContext,
): Project | null {
  if (isNonNullType(type)) return compileProjection(type.ofType, selections, shape, context);
  if (isListType(type)) {
    const item = compileProjection(type.ofType, selections, shape, context);
    return item && ((value, run) => (Array.isArray(value) ? projectItems(value, item, run) : value));
  }
  if (isLeafType(type)) return null;
  if (isObjectType(type)) return compileObject(type, selections, shape, context);
  // Each is compiled when the first object of its type arrives.
  const members = new Map<string, Project | null>();
  return (value, run) => {
    if (!isObject(value)) return value ?? null;
    const name = shape.typeOf(type.name, value);
    if (name === null) return run.fail(`The type of a value of ${type.name} cannot be determined.`);
    let project = members.get(name);
    if (project === undefined) {
      const member = context.schema.getType(name);
      const isMember = isObjectType(member) && isAbstractType(type) && context.schema.isSubType(type, member);
      if (!isMember) return run.fail(`A value of ${type.name} is of another type.`);
      project = compileObject(member, selections, shape, context);
      members.set(name, project);
    }
    return project?.(value, run);
  };
}

function projectItems(items: readonly unknown[], project: Project, run: ProjectionRun): unknown[] {
  const projected = new Array<unknown>(items.length);
  for (let index = 0; index < items.length; index++) {
    const before = run.errors.length;
    projected[index] = project(items[index], run) ?? null;
    if (run.errors.length !== before) run.locate(before, index);
  }
  return projected;
}

interface ProjectedField {
  key: string;
  condition: Condition;
  read: FieldShape['read'];
  project: Project | null;
}

function compileObject(
  type: GraphQLObjectType,
  selections: readonly Selection[],
  shape: ValueShape,
  context: SelectionContext,
): Project {
  let fields: ProjectedField[] | undefined;
  return (value, run) => {
    if (!isObject(value)) return value ?? null;
    // With the first value: most parts of large selections never have one.
    fields ??= compileFields(type, selections, shape, context);
    const object: Record<string, unknown> = {};
    const { errors } = run;
    for (let index = 0; index < fields.length; index++) {
      const { key, condition, read, project } = fields[index] as ProjectedField;
      if (condition !== null && !condition(run.variables)) continue;
      const before = errors.length;
      const found = read(value, run);
      const projected = (project === null ? found : project(found, run)) ?? null;
      if (errors.length !== before) run.locate(before, key);
      if (key === '__proto__') setProperty(object, key, projected);
      else object[key] = projected;
    }
    return object;
  };
}

function compileFields(
  type: GraphQLObjectType,
  selections: readonly Selection[],
  shape: ValueShape,
  context: SelectionContext,
): ProjectedField[] {
  const definitions = type.getFields();
  return collectFields(type, selections, context).map(({ responseKey: key, node, condition, selections: below }) => {
    const name = node.name.value;
    if (name === '__typename') return { key, condition, read: () => type.name, project: null };
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (!definition) throw new Error(`There is no field ${type.name}.${name}.`);
    const { read, shape: inner } = shape.field(type.name, name);
    return { key, condition, read, project: compileProjection(definition.type, below, inner, context) };
  });
}

/** Whether it may have fields. Anything else is passed on, and is an error when the response is completed. */
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText);
}
