// Suggestions ("Did you mean") in errors, bounded: graphql-js compares the name in each error with all names of the
// schema that could stand there, which takes seconds for a document full of unknown names.
import {
  type GraphQLError,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** Names that are compared, in all of a document's errors; about 1 µs each, more for long names. */
const MAX_COMPARISONS = 5000;

/**
 * @param hide whether there are none at all.
 * @param find returns the errors, with suggestions or without.
 */
export function withSuggestions<Found>(
  schema: GraphQLSchema,
  hide: boolean,
  find: (hideSuggestions: boolean) => Found,
  errorsOf: (found: Found) => readonly GraphQLError[] | undefined,
): Found {
  const found = find(true);
  const errors = errorsOf(found)?.length ?? 0;
  if (hide || errors === 0 || (errors > 1 && errors * namesIn(schema) > MAX_COMPARISONS)) return found;
  return find(false);
}

/** Maximum number of names that could stand in one place. */
function namesIn(schema: GraphQLSchema): number {
  const types = Object.values(schema.getTypeMap());
  let maximum = types.length;
  for (const type of types) {
    if (isEnumType(type)) maximum = Math.max(maximum, type.getValues().length);
    else if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      maximum = Math.max(maximum, Object.keys(type.getFields()).length);
    }
  }
  return maximum;
}
