// Differences between a subgraph's schema file and the running service: what makes requests invalid or promises of the file
// false, and what the service has besides.
import { type GraphQLSchema, isIntrospectionType } from 'graphql';
import { ownDefinitions } from '../compose/sdl.ts';
import { diffSchemas, type SchemaChange } from './schema-changes.ts';

export interface ServiceChanges {
  /** Requests made from the file are invalid, or the file promises clients what the service does not keep. */
  problems: SchemaChange[];
  /** What the service has and the file lacks. */
  additions: SchemaChange[];
}

/**
 * Compares a file with its service, as the service shows itself by introspection.
 * @param promised the file's schema.
 * @param live the service's.
 * @param unknownDefaults coordinates whose default the service does not show.
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

/** Directives are not in introspection as far as they are applied; types of the gateway's own only stand in files. */
function isOwn(coordinate: string, live: GraphQLSchema): boolean {
  if (coordinate.startsWith('@')) return true;
  const [typeName = ''] = coordinate.split('.');
  const type = live.getType(typeName);
  return (ownDefinitions.has(typeName) && !type) || (type !== undefined && isIntrospectionType(type));
}
