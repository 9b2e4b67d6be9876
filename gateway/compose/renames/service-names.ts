// Service names: maps requests from the graph's names to a service's, and its responses back.
import { type DocumentNode, type GraphQLSchema, getOperationAST, Kind, type SelectionSetNode, visit } from 'graphql';
import { DataMappers, typeAlias } from './map-data.ts';
import { type DocumentMapper, documentMapper } from './map-document.ts';
import { type Variables, VariablesMappers } from './map-variables.ts';
import type { Renames } from './renames.ts';

export interface ServiceRequest {
  /** In the service's names; the response has the keys of the original document. */
  document: DocumentNode;
  /** Null where variables stay as they are. */
  mapVariables: ((variables: Variables) => Variables) | null;
  /** Changes a response's data in place; null where it stays as it is. */
  mapData: ((data: unknown) => void) | null;
}

export class ServiceNames {
  readonly #documents: DocumentMapper;
  readonly #variables: VariablesMappers;
  readonly #data: DataMappers;

  /** @param schema of the service, in the graph's names. */
  constructor(schema: GraphQLSchema, renames: Renames) {
    this.#documents = documentMapper(schema, renames);
    this.#variables = new VariablesMappers(schema, renames);
    this.#data = new DataMappers(schema, renames);
  }

  /** @param document of one operation, valid for the service's schema in the graph's names. */
  request(document: DocumentNode): ServiceRequest {
    const operation = getOperationAST(document);
    if (!operation) throw new Error('A request to a service has one operation.');
    const data = this.#data.of(document, operation);
    return {
      document: this.#documents(data ? withTypes(document, data.needType) : document),
      mapVariables: this.#variables.of(operation)?.given ?? null,
      mapData: data && ((value) => data.map(value)),
    };
  }
}

function withTypes(document: DocumentNode, selectionSets: ReadonlySet<SelectionSetNode>): DocumentNode {
  if (selectionSets.size === 0) return document;
  return visit(document, {
    [Kind.SELECTION_SET]: {
      enter: (node: SelectionSetNode) =>
        selectionSets.has(node)
          ? {
              ...node,
              selections: [
                ...node.selections,
                {
                  kind: Kind.FIELD,
                  alias: { kind: Kind.NAME, value: typeAlias },
                  name: { kind: Kind.NAME, value: '__typename' },
                },
              ],
            }
          : undefined,
    },
  });
}
