// Fields of one client: an in-process source of its graph, like the gateway's own fields.
import { type DocumentNode, type GraphQLSchema, Kind, parse, specifiedScalarTypes, visit } from 'graphql';
import { ComposeError } from '../compose/compose-error.ts';
import { rootTypeNamesOf } from '../compose/root-types.ts';
import { argumentCoordinate, elementsOf, memberCoordinate } from '../compose/schema-elements.ts';
import { ownDefinitions, parseSdl } from '../compose/sdl.ts';
import type { LocalSource } from '../compose/subschemas.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { CheckedClient } from './definition.ts';

/**
 * The client's fields as a source, to be composed with the others into a graph for this client; null if it has none.
 * @param schema the graph without them.
 * @throws ComposeError if they use types that no source defines.
 */
export function clientSource(name: string, { fields }: CheckedClient, schema: GraphQLSchema): LocalSource | null {
  if (!fields) return null;
  const source = `client ${name}`;
  const unknown = unknownTypes(parseSdl(fields.schema, source));
  if (unknown.length > 0) {
    throw new ComposeError(
      unknown.map((type) =>
        schema.getType(type)
          ? `${source}: fields use ${type}; declare the fields of it that they return, such as type ${type} { id: ID! }`
          : `${source}: fields use ${type}, which is not in the graph${didYouMean(type, typeNames(schema))}`,
      ),
    );
  }
  return { name: source, sdl: fields.schema, resolvers: (fields.resolvers ?? {}) as LocalSource['resolvers'] };
}

/** Names of types that a document uses or extends and does not define. */
function unknownTypes(document: DocumentNode): string[] {
  const defined = new Set(specifiedScalarTypes.map(({ name }) => name));
  const used = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.DIRECTIVE_DEFINITION || !('name' in definition) || !definition.name) continue;
    const isExtension = definition.kind.endsWith('Extension');
    (isExtension ? used : defined).add(definition.name.value);
  }
  visit(document, {
    [Kind.NAMED_TYPE]: (node) => {
      used.add(node.name.value);
    },
  });
  return [...used].filter((name) => !defined.has(name));
}

function typeNames(schema: GraphQLSchema): string[] {
  return Object.keys(schema.getTypeMap()).filter((name) => !name.startsWith('__'));
}

/**
 * Coordinates that only the client defines: its view has them without including them.
 * @param sources the schemas that the graph was composed of, the client's own among them.
 */
export function ownFieldCoordinates(
  { fields }: Pick<CheckedClient, 'fields'>,
  sources: readonly GraphQLSchema[],
): Set<string> {
  if (!fields) return new Set();
  const described = new Map<string, number>();
  for (const source of sources) {
    for (const { coordinate } of elementsOf(source)) described.set(coordinate, (described.get(coordinate) ?? 0) + 1);
  }
  const roots = new Set(sources.flatMap((source) => [...rootTypeNamesOf(source)]));
  const own = coordinatesOf(parse(fields.schema)).filter((coordinate) => (described.get(coordinate) ?? 0) <= 1);
  return new Set(own.filter((coordinate) => !roots.has(coordinate)));
}

function coordinatesOf(document: DocumentNode): string[] {
  return document.definitions.flatMap((definition) => {
    if (!('name' in definition) || !definition.name || ownDefinitions.has(definition.name.value)) return [];
    const type = definition.name.value;
    const members =
      'fields' in definition ? (definition.fields ?? []) : 'values' in definition ? definition.values : [];
    return [
      type,
      ...(members ?? []).flatMap((member) => [
        memberCoordinate(type, member.name.value),
        ...('arguments' in member ? (member.arguments ?? []) : []).map((argument) =>
          argumentCoordinate(type, member.name.value, argument.name.value),
        ),
      ]),
    ];
  });
}
