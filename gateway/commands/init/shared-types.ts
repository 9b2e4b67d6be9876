// Object types that several services define: one type in the graph, whether they mean the same or not.
import { type GraphQLSchema, isObjectType } from 'graphql';

/**
 * A line for each object type that several services define, except root types.
 * @param schemas by the service's name.
 */
export function sharedTypes(schemas: ReadonlyMap<string, GraphQLSchema>): string[] {
  const services = new Map<string, string[]>();
  for (const [service, schema] of schemas) {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('_') || roots.includes(type)) continue;
      services.set(type.name, [...(services.get(type.name) ?? []), service]);
    }
  }
  return [...services]
    .filter(([, names]) => names.length > 1)
    .map(([type, names]) => `${type} is one type of ${names.join(', ')}: where it is not, rename it with transforms`)
    .sort();
}
