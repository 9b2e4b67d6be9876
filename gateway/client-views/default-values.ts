// Default values of a view's schema: those of the graph, with the input fields under the view's names.
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { InputRenamer } from '../compose/renames/input-values.ts';
import { invertRenames } from '../compose/renames/renames.ts';
import { memberCoordinate } from '../compose/schema-elements.ts';
import type { Names } from './names.ts';

type WithDefault = GraphQLArgument | GraphQLInputField;

/**
 * Restores the default values in a view's schema. Schema transforms convert them by the names of enum values, which may
 * have been exchanged with each other. Here they are internal enum values, which do not change.
 * @param schema the graph.
 * @param view the view's schema, built for it alone; it is changed.
 */
export function setDefaultValues(schema: GraphQLSchema, view: GraphQLSchema, { members, types, renames }: Names): void {
  if (renames.inputFields.size + renames.values.size === 0) return;
  const renamer = new InputRenamer({ inputFields: invertRenames(renames).inputFields, values: new Map() });
  const set = (from: WithDefault, to: WithDefault | undefined) => {
    if (to && from.defaultValue !== undefined)
      to.defaultValue = renamer.rename(from.defaultValue, from.type as GraphQLInputType);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    const shown = view.getType(types.get(type.name) ?? '');
    if (!isObjectType(shown) && !isInterfaceType(shown) && !isInputObjectType(shown)) continue;
    for (const field of Object.values(type.getFields())) {
      const coordinate = memberCoordinate(type.name, field.name);
      const ofView = shown.getFields()[lastName(members.get(coordinate))];
      if (!ofView) continue;
      if (!('args' in field)) set(field, ofView as GraphQLInputField);
      else {
        const args = 'args' in ofView ? ofView.args : [];
        for (const argument of field.args) {
          const name = lastName(members.get(`${coordinate}(${argument.name}:)`));
          set(
            argument,
            args.find((each) => each.name === name),
          );
        }
      }
    }
  }
  for (const { name, args } of schema.getDirectives()) {
    const ofView = view.getDirective(name)?.args ?? [];
    for (const argument of args) {
      set(
        argument,
        ofView.find((each) => each.name === argument.name),
      );
    }
  }
}

/** `first` of `Query.users(first:)`, `name` of `User.name`. */
function lastName(coordinate: string | undefined): string {
  return /(\w+):?\)?$/.exec(coordinate ?? '')?.[1] ?? '';
}
