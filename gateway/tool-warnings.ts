// Warnings about documents with `@tool` that are no tools: they are mutations, and the configuration offers none.
import { Kind, OperationTypeNode, parse } from 'graphql';
import type { Client } from './client-views/load-clients.ts';
import type { CheckedConfig } from './config/config.ts';
import { describeLocation } from './persisted-documents/documents-error.ts';
import type { TrustedDocument } from './persisted-documents/trusted-documents.ts';

interface Documents {
  client: Pick<Client, 'reference'>;
  trusted: Iterable<TrustedDocument>;
}

export function toolWarnings({ mcp }: Pick<CheckedConfig, 'mcp'>, views: readonly Documents[]): string[] {
  if (!mcp || mcp.mutations) return [];
  return views.flatMap(({ client, trusted }) =>
    [...trusted].flatMap((document) => {
      const { tool } = document.declaration;
      if (!tool || !isMutation(document)) return [];
      const name = tool.name ?? document.name ?? document.id;
      return [
        `client ${client.reference}: ${describeLocation(tool.place)}: the mutation ${name} has @tool, but is no tool: ` +
          'set mcp.mutations, or remove @tool',
      ];
    }),
  );
}

function isMutation({ text }: TrustedDocument): boolean {
  return parse(text, { noLocation: true }).definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.MUTATION,
  );
}
