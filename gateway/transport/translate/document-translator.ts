// Document translator of a service that speaks another protocol: the GraphQL requests that the gateway sends to every
// service, as root fields with their arguments and the projection of their values. A document is compiled once.
import {
  type DocumentNode,
  type GraphQLField,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
} from 'graphql';
import { type Condition, collectFields, type Selection, type SelectionContext } from './collected-fields.ts';
import { compileArguments, compileDefaults, type ReadArguments, type Variables } from './input-values.ts';
import { compileProjection, type Project } from './projection.ts';
import { splitRequest } from './request-text.ts';
import type { ValueShape } from './value-shape.ts';

/** Maximum number of compiled documents of a service; the least recently used is evicted. */
const MAX_DOCUMENTS = 2_000;

/** A root field of a document. */
export interface CompiledField {
  responseKey: string;
  name: string;
  /** Null for `__typename`. */
  definition: GraphQLField<unknown, unknown> | null;
  condition: Condition;
  /** Arguments, with the schema's defaults; enum values are names, numbers may be `NumberText`. */
  readArguments: ReadArguments;
  /** Null where the field's value is passed on as it is. */
  project: Project | null;
  /** What is selected of the value; empty for leaf fields. */
  selections: readonly Selection[];
  context: SelectionContext;
}

export interface CompiledDocument {
  operation: OperationTypeNode;
  /** Name of the root type. */
  rootType: string;
  fields: readonly CompiledField[];
  /** The variables, with the defaults of the document. */
  withDefaults(variables: Variables): Variables;
}

/** A request as what is to be done for it. */
export interface TranslatedRequest {
  document: CompiledDocument;
  variables: Variables;
}

export class DocumentTranslator {
  readonly #schema: GraphQLSchema;
  readonly #shapeOf: (field: GraphQLField<unknown, unknown>, type: string) => ValueShape;
  readonly #documents = new Map<string, CompiledDocument>();

  /**
   * @param schema of the service, with the names that its requests have.
   * @param shapeOf shape of a root field's value; with the name of the field's type.
   */
  constructor(schema: GraphQLSchema, shapeOf: (field: GraphQLField<unknown, unknown>, type: string) => ValueShape) {
    this.#schema = schema;
    this.#shapeOf = shapeOf;
  }

  /**
   * @param body the request's JSON text, made by the gateway.
   * @throws Error for a document that is not valid by the schema.
   */
  translate(body: string): TranslatedRequest {
    const { query, variables } = splitRequest(body);
    const document = this.#document(query);
    return { document, variables: document.withDefaults(variables) };
  }

  #document(literal: string): CompiledDocument {
    let document = this.#documents.get(literal);
    if (document) this.#documents.delete(literal);
    else document = this.#compile(parse(JSON.parse(literal), { noLocation: true }));
    this.#documents.set(literal, document);
    if (this.#documents.size > MAX_DOCUMENTS) {
      const [oldest] = this.#documents.keys();
      this.#documents.delete(oldest as string);
    }
    return document;
  }

  #compile({ definitions }: DocumentNode): CompiledDocument {
    const operation = definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode;
    const schema = this.#schema;
    const root = schema.getRootType(operation.operation);
    if (!root) throw new Error(`The service has no ${operation.operation} type.`);
    const fragments = new Map(
      definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    );
    const context = { schema, fragments };
    const collected = collectFields(root, [{ set: operation.selectionSet, condition: null }], context);
    const fields = collected.map(({ responseKey, node, condition, selections }): CompiledField => {
      const name = node.name.value;
      const common = { responseKey, name, condition, selections, context };
      if (name === '__typename')
        return { ...common, definition: null, readArguments: compileArguments([]), project: null };
      const definition = root.getFields()[name];
      if (!definition) throw new Error(`There is no field ${root.name}.${name}.`);
      return {
        ...{ ...common, definition },
        readArguments: compileArguments(definition.args, node.arguments),
        project: compileProjection(definition.type, selections, this.#shapeOf(definition, root.name), context),
      };
    });
    const withDefaults = compileDefaults(operation.variableDefinitions);
    return { operation: operation.operation, rootType: root.name, fields, withDefaults };
  }
}
