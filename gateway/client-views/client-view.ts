// Client view: the graph as one client sees it. Its documents become documents of the graph, and names
// of the graph in responses become the client's. All of it happens when a plan is made.
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { VariablesMapper } from '../compose/renames/map-variables.ts';

export interface ClientView {
  /** The client's schema: its documents are validated and its variables coerced against it. */
  schema: GraphQLSchema;
  /** Maps a valid document of the client to one of the graph, with the client's response keys. */
  mapDocument(document: DocumentNode): DocumentNode;
  /** Maps an operation's variables to the graph's names; null where none of them has a name that differs. */
  variablesMapper(operation: OperationDefinitionNode): VariablesMapper | null;
  /** By the graph's name of an enum: the client's names of those of its values that differ, by the graph's. */
  enumValues: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The client's name of a type of the graph; null where it has none. */
  typeName(graphType: string): string | null;
  /** `Type.field` in the client's names; null where it has no such field. */
  fieldName(graphType: string, graphField: string): string | null;
  /**
   * A coordinate of the graph (`Type`, `Type.field`, `Type.field(argument:)`) in the client's names; null for hidden
   * elements.
   */
  viewCoordinate(graphCoordinate: string): string | null;
  /** A coordinate of the client, such as `Type.field`, in the graph's names; null where it does not exist. */
  graphCoordinate(viewCoordinate: string): string | null;
  /** Object types that the client does not have. Where others may stand, one of them is null. */
  hiddenTypes: ReadonlySet<string>;
  /** By the graph's name of an enum: values that the client does not have. */
  hiddenEnumValues: ReadonlyMap<string, ReadonlySet<string>>;
}
