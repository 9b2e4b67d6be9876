// Differences between a subgraph's schema file and the running service: those that make requests invalid or guarantees
// of the file false, and additions of the service.
import { type GraphQLSchema, isIntrospectionType } from 'graphql';
import { ownDefinitions } from '../compose/sdl.ts';
import { diffSchemas, type SchemaChange } from './schema-changes.ts';

export interface ServiceChanges {
  /** Differences that make requests invalid, or guarantees of the file false. */
  problems: SchemaChange[];
  /** Elements of the service that the file lacks. */
  additions: SchemaChange[];
}

/**
 * Compares a file with its service's introspected schema.
 * @param promised the file's schema.
 * @param live the service's.
 * @param unknownDefaults coordinates whose default the service fails to introspect.
 */
export async function serviceChanges(
  promised: GraphQLSchema,
  live: GraphQLSchema,
  unknownDefaults: ReadonlySet<string> = new Set(),
): Promise<ServiceChanges> {
  const changes = (await diffSchemas(promised, live)).filter(
    ({ coordinate, isDescription, isDefault }) =>
      !isDescription && !isOwn(coordinate, live) && !(isDefault && unknownDefaults.has(coordinate)),
  );
  const isProblem = ({ level, isDefault }: SchemaChange) => level === 'breaking' || isDefault;
  return {
    problems: changes.filter(isProblem),
    additions: changes.filter((change) => !isProblem(change)),
  };
}

/** Applied directives are not in introspection, and the gateway's own types are only in files. */
function isOwn(coordinate: string, live: GraphQLSchema): boolean {
  if (coordinate.startsWith('@')) return true;
  const [typeName = ''] = coordinate.split('.');
  const type = live.getType(typeName);
  return (ownDefinitions.has(typeName) && !type) || (type !== undefined && isIntrospectionType(type));
}
