// Error names: maps the names in a service's error to those of a client's view. At a field, errors refer to that
// field, to its arguments and to the fields of the type that it returns.
import {
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { ClientView } from '../client-views/client-view.ts';
import type { ErrorNames, FieldNames } from '../execute/mapped-extensions.ts';

/** @param schema the graph. The names of a field are collected with its first error. */
export function errorNames(view: ClientView, schema: GraphQLSchema): ErrorNames {
  const known = new Map<string, FieldNames>();
  return (coordinate) => {
    let names = known.get(coordinate);
    if (!names) {
      names = namesAt(coordinate, view, schema);
      known.set(coordinate, names);
    }
    return names;
  };
}

/** From names and coordinates of the graph to those of the view, as far as they differ; null for what it hides. */
function namesAt(coordinate: string, view: ClientView, schema: GraphQLSchema): FieldNames {
  const names = new Map<string, string | null>();
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
  if (!field) return names;
  const add = (ofGraph: string, name: string) => {
    const ofView = view.viewCoordinate(ofGraph);
    if (ofView === ofGraph) return;
    names.set(ofGraph, ofView);
    const bare = ofView === null ? null : lastName(ofView);
    // One name may stand for several elements: if any of them is visible, its name may be shown.
    if (name !== bare && names.get(name) == null) names.set(name, bare);
  };
  const inputs = new Set<unknown>();
  /** Enum values that have another name; a value that is hidden from the client is not returned by any field. */
  const addValues = (type: unknown) => {
    if (!isEnumType(type)) return;
    for (const [value, shown] of view.enumValues.get(type.name) ?? []) {
      names.set(`${type.name}.${value}`, view.viewCoordinate(`${type.name}.${value}`));
      if (names.get(value) == null) names.set(value, shown);
    }
  };
  const addInput = (input: unknown) => {
    addValues(input);
    if (!isInputObjectType(input) || inputs.has(input)) return;
    inputs.add(input);
    for (const each of Object.values(input.getFields())) {
      add(`${input.name}.${each.name}`, each.name);
      addInput(getNamedType(each.type));
    }
  };
  for (const argument of field.args) {
    add(`${coordinate}(${argument.name}:)`, argument.name);
    addInput(getNamedType(argument.type));
  }
  const returned = getNamedType(field.type);
  add(returned.name, returned.name);
  addValues(returned);
  if (isObjectType(returned) || isInterfaceType(returned)) {
    for (const each of Object.values(returned.getFields())) add(`${returned.name}.${each.name}`, each.name);
  }
  add(coordinate, fieldName);
  return names;
}

/** `limit` of `Query.people(limit:)`, `name` of `Person.name`. */
function lastName(coordinate: string): string {
  return /(\w+):?\)?$/.exec(coordinate)?.[1] ?? coordinate;
}
