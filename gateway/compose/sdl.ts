// SDL parser: reads one source's SDL into a schema. The gateway's directives need no definition in it.
import { readFileSync } from 'node:fs';
import {
  buildASTSchema,
  type DefinitionNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
} from 'graphql';

import { ComposeError } from './compose-error.ts';
import { setExactDefaults } from './default-literals.ts';
import { type DirectiveMeanings, readDirectives } from './directive-meanings.ts';
import { withExtendedRoots } from './extended-roots.ts';
import { buildFederatedSchema, isFederated } from './federation/federated-sdl.ts';
import { linkProblems } from './federation/link-problems.ts';
import { readLinkedSource } from './linked-features.ts';
import { unusableNames } from './prototype-names.ts';
import { syntaxProblem, validationProblem } from './sdl-problems.ts';
import { findInvalidLiterals } from './unusable-inputs.ts';

/** Definitions of the gateway's directives, as a file of SDL. */
export const directivesText = readFileSync(new URL('../../schema/directives.graphql', import.meta.url), 'utf8');

const definitions = parse(directivesText);

/**
 * Parses SDL, and adds the definitions of the gateway's directives that it does not define itself.
 * @throws ComposeError with the location in `source`.
 */
export function parseSdl(sdl: string, source: string): DocumentNode {
  return withOwnDefinitions(parseSource(sdl, source));
}

/**
 * The document, whose nodes have no locations: those retain every token of the SDL.
 * @throws ComposeError with the location in `source`.
 */
export function parseSource(sdl: string, source: string): DocumentNode {
  try {
    const unusable = sdl.includes('__proto__') ? unusableNames(parse(sdl)) : [];
    if (unusable.length > 0) throw new ComposeError(unusable.map((problem) => `${source}: ${problem}`));
    return withExtendedRoots(parse(sdl, { noLocation: true }));
  } catch (error) {
    if (error instanceof GraphQLError) throw new ComposeError([syntaxProblem(error, source)]);
    // The parser is recursive.
    if (error instanceof RangeError) throw new ComposeError([`${source}: a type or a value is nested too deeply`]);
    throw error;
  }
}

function withOwnDefinitions(document: DocumentNode): DocumentNode {
  const own = new Set(document.definitions.map(nameOf));
  const missing = definitions.definitions.filter((node) => !own.has(nameOf(node)));
  return { ...document, definitions: [...document.definitions, ...missing] };
}

/** A source's SDL with the gateway's definitions added, and warnings about it. */
export interface SourceDocument {
  document: DocumentNode;
  warnings: readonly string[];
}

/**
 * Parses the SDL into a document in which each directive with the name of one of the gateway's is the gateway's.
 * @param meanings the configured meanings of directives in this source.
 * @throws ComposeError with the location in `source`, or with the directives whose meaning has to be configured.
 */
export function readSource(sdl: string, source: string, meanings?: DirectiveMeanings): SourceDocument {
  const parsed = parseSource(sdl, source);
  const linked = readLinkedSource(parsed, new Set(Object.keys(meanings ?? {})));
  const { document, warnings, problems } = readDirectives(linked.document, source, ownDirectives, meanings);
  const links = [...linkProblems(parsed), ...linked.problems].map((problem) => `${source}: ${problem}`);
  const all = [...links, ...problems];
  if (all.length > 0) throw new ComposeError(all);
  return { document: withOwnDefinitions(document), warnings };
}

/** `@name` for a directive: types may have the same names. */
function nameOf(node: DefinitionNode): string {
  const name = 'name' in node ? (node.name?.value ?? '') : '';
  return node.kind === Kind.DIRECTIVE_DEFINITION ? `@${name}` : name;
}

/** Types of arguments of the gateway's own directives. */
export const ownTypes: readonly DefinitionNode[] = definitions.definitions.filter(
  ({ kind }) => kind !== Kind.DIRECTIVE_DEFINITION,
);

/** Names of the gateway's own directives and types, which clients do not see. */
export const ownDefinitions: ReadonlySet<string> = new Set(definitions.definitions.map(nameOf));

/** The gateway's own directives, by name. */
export const ownDirectives: ReadonlyMap<string, DirectiveDefinitionNode> = new Map(
  definitions.definitions.flatMap((node) =>
    node.kind === Kind.DIRECTIVE_DEFINITION ? [[node.name.value, node] as const] : [],
  ),
);

/**
 * A supergraph's document with its `@rateLimit` in the gateway's dialect, and without `@rateLimit` and `@fallback` where they
 * are other directives.
 * @throws ComposeError for limits that cannot be enforced.
 */
export function readDirectivesOfSupergraph(supergraph: DocumentNode, source: string): SourceDocument {
  const own = new Map([...ownDirectives].filter(([name]) => name === 'rateLimit' || name === 'fallback'));
  const { document, warnings, problems } = readDirectives(supergraph, source, own, null);
  if (problems.length > 0) throw new ComposeError(problems);
  return { document, warnings };
}

/** Locations of a directive of the gateway. */
export function ownDirectiveLocations(name: string): ReadonlySet<string> {
  return new Set(ownDirectives.get(name)?.locations.map((location) => location.value));
}

/**
 * A source's schema, without resolvers.
 * @throws ComposeError naming the problems in `source`.
 */
export function buildSourceSchema(sdl: string, source: string): GraphQLSchema {
  return buildSchemaOf(parseSdl(sdl, source), source);
}

/**
 * The schema of a document, without resolvers.
 * @throws ComposeError naming the problems in `source`.
 */
export function buildSchemaOf(document: DocumentNode, source: string): GraphQLSchema {
  try {
    const schema = isFederated(document) ? buildFederatedSchema(document) : buildASTSchema(document);
    const invalid = findInvalidLiterals(schema);
    if (invalid.length > 0) throw new ComposeError(invalid.map((problem) => `${source}: ${problem}`));
    setExactDefaults(schema, [schema]);
    return schema;
  } catch (error) {
    if (error instanceof ComposeError) throw error;
    if (error instanceof RangeError) {
      // graphql-js recurses endlessly into the defaults of input fields.
      throw new ComposeError([`${source}: default values of input types contain each other, or are nested too deeply`]);
    }
    const messages = error instanceof Error ? error.message.split('\n\n') : [String(error)];
    throw new ComposeError(messages.map((message) => `${source}: ${validationProblem(message, document)}`));
  }
}
