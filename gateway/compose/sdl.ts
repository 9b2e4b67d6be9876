// Reads one source's SDL into a schema. The directives that Concierge understands need no definition of their own.
import { readFileSync } from 'node:fs';
import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
} from 'graphql';

import { ComposeError } from './compose-error.ts';

const definitions = parse(readFileSync(new URL('../../schema/directives.graphql', import.meta.url), 'utf8'));

/**
 * The SDL as a document, with the definitions of those known directives that it does not define itself.
 * @throws ComposeError with the place in `source`.
 */
export function parseSdl(sdl: string, source: string): DocumentNode {
  let document: DocumentNode;
  try {
    document = parse(sdl);
  } catch (error) {
    if (error instanceof GraphQLError) {
      const at = error.locations?.[0];
      throw new ComposeError([`${source}${at ? `:${at.line}:${at.column}` : ''}: ${error.message}`]);
    }
    throw error;
  }
  const own = new Set(document.definitions.map(nameOf));
  const missing = definitions.definitions.filter((node) => !own.has(nameOf(node)));
  return { ...document, definitions: [...document.definitions, ...missing] };
}

/** `@name` for a directive: types may have the same names. */
function nameOf(node: DefinitionNode): string {
  const name = 'name' in node ? (node.name?.value ?? '') : '';
  return node.kind === Kind.DIRECTIVE_DEFINITION ? `@${name}` : name;
}

/** Names of the directives and types that the gateway understands, as far as they are not for clients. */
export const ownDefinitions: ReadonlySet<string> = new Set(definitions.definitions.map(nameOf));

/**
 * A source's schema, without resolvers.
 * @throws ComposeError saying what is wrong in `source`.
 */
export function buildSourceSchema(sdl: string, source: string): GraphQLSchema {
  const document = parseSdl(sdl, source);
  try {
    return buildASTSchema(document);
  } catch (error) {
    const sentences = error instanceof Error ? error.message.split('\n\n') : [String(error)];
    throw new ComposeError(sentences.map((sentence) => `${source}: ${sentence}`));
  }
}
