// Tools for MCP clients: a client's trusted documents, described by the JSON schemas of their variables and of their data.
import { type GraphQLSchema, Kind, type OperationDefinitionNode, parse } from 'graphql';
import type { McpConfig } from '../../config/mcp.ts';
import { variableSchema, variablesSchema } from '../../json-schema/input-schema.ts';
import { type JsonSchema, SchemaDefinitions } from '../../json-schema/json-schema.ts';
import { selectionSchema } from '../../json-schema/selection-schema.ts';
import type { TrustedDocument } from '../../persisted-documents/trusted-documents.ts';

/** A tool as `tools/list` has it (Model Context Protocol, "Tool"). */
export interface ToolDescription {
  name: string;
  title?: string;
  description?: string;
  inputSchema: JsonSchema & { type: 'object' };
  outputSchema: JsonSchema & { type: 'object' };
  annotations: { readOnlyHint: boolean; destructiveHint?: boolean; idempotentHint?: boolean; openWorldHint: false };
}

export interface Tool {
  name: string;
  document: TrustedDocument;
  operation: OperationDefinitionNode;
  /** Names of the variables that a caller may give. */
  variables: ReadonlySet<string>;
}

/** The tools of a client, by name. */
export function toolsOf(
  documents: Iterable<TrustedDocument>,
  { tools, mutations }: Pick<McpConfig, 'tools' | 'mutations'>,
): Map<string, Tool> {
  const found = new Map<string, Tool>();
  for (const document of documents) {
    const { tool, claims, isCurrent } = document.declaration;
    if (!tool && (tools !== 'all' || !isCurrent)) continue;
    const operation = operationOf(document);
    const { operation: kind } = operation ?? {};
    if (!operation || kind === 'subscription' || (kind === 'mutation' && !mutations)) continue;
    const name = tool?.name ?? document.name ?? document.id;
    const claimed = new Set(claims.map(({ variable }) => variable));
    const variables = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
    found.set(name, { name, document, operation, variables: new Set(variables.filter((each) => !claimed.has(each))) });
  }
  return found;
}

function operationOf({ text }: TrustedDocument): OperationDefinitionNode | undefined {
  const { definitions } = parse(text, { noLocation: true });
  return definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}

/** @param schema of the client, in which the document is valid. */
export function describeTool({ name, document, operation, variables }: Tool, schema: GraphQLSchema): ToolDescription {
  const { tool, description, variables: descriptions } = document.declaration;
  const inputs = new SchemaDefinitions('#/$defs/');
  const given = (operation.variableDefinitions ?? [])
    .filter(({ variable }) => variables.has(variable.name.value))
    .map((definition) => variableSchema(definition, schema, inputs, descriptions));
  const outputs = new SchemaDefinitions('#/$defs/');
  const data = selectionSchema(parse(document.text, { noLocation: true }), operation, schema, outputs);
  const $defs = outputs.all;
  const about = tool?.description ?? description;
  const isRead = operation.operation === 'query';
  return {
    name,
    ...(tool?.title !== undefined && { title: tool.title }),
    ...(about !== undefined && { description: about }),
    inputSchema: { ...variablesSchema(given, inputs), type: 'object' },
    outputSchema: { ...data, type: 'object', ...($defs && { $defs }) },
    annotations: {
      readOnlyHint: isRead,
      // The protocol's defaults, written out: a mutation may delete, and may differ the second time.
      ...(!isRead && { destructiveHint: tool?.destructive ?? true, idempotentHint: tool?.idempotent ?? false }),
      openWorldHint: false,
    },
  };
}
