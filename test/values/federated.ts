// Supergraphs of a few types, for tests of values.

const definitions = `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
  directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
  directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
  directive @join__graph(name: String!, url: String!) on ENUM_VALUE
  directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
  directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
  directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
  directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
  scalar join__FieldSet
  scalar link__Import
  enum link__Purpose { SECURITY EXECUTION }`;

/**
 * @param names of the subgraphs, also for their addresses (`NAME_URL`); in `types` they are in capitals.
 * @returns SDL as `serveGraph` takes it.
 */
export function supergraphOf(names: readonly string[], types: string): string {
  const graphs = names.map((name) => `${name.toUpperCase()} @join__graph(name: "${name}", url: "${name}_URL")`);
  return `${definitions}\n  enum join__Graph { ${graphs.join(' ')} }\n${types}`;
}
