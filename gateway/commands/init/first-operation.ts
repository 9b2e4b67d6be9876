// First operation of a new client: the first query field of the graph that needs no arguments, with its plain fields.
import {
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

const MAX_FIELDS = 5;

/** A document that every graph can serve: where no field will do, it selects the name of the root type. */
export function firstOperation(schema: GraphQLSchema | null): string {
  for (const field of Object.values(schema?.getQueryType()?.getFields() ?? {})) {
    if (field.deprecationReason !== undefined || !isPlain(field)) continue;
    const type = getNamedType(field.type);
    if (isLeafType(type)) return document([`  ${field.name}`]);
    if (!isObjectType(type)) continue;
    const leaves = Object.values(type.getFields()).filter(
      (inner) => isPlain(inner) && inner.deprecationReason === undefined && isLeafType(getNamedType(inner.type)),
    );
    if (leaves.length === 0) continue;
    const names = leaves.slice(0, MAX_FIELDS).map(({ name }) => `    ${name}`);
    return document([`  ${field.name} {`, ...names, '  }']);
  }
  return document(['  __typename']);
}

function document(lines: readonly string[]): string {
  return `${['query First {', ...lines, '}'].join('\n')}\n`;
}

function isPlain({ args }: GraphQLField<unknown, unknown>): boolean {
  return !args.some(isRequiredArgument);
}
