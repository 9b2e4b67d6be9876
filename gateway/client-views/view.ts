// Client view: the schema that a client sees, and the mapping between its names and the graph's. Built once; each
// document is mapped once, when it is first received.

import { hash } from 'node:crypto';
import type { SubschemaConfig, Transform } from '@graphql-tools/delegate';
import { type GraphQLSchema, isEnumType, isIntrospectionType, isObjectType, validateSchema } from 'graphql';
import { ComposeError } from '../compose/compose-error.ts';
import type { Graph } from '../compose/graph.ts';
import { appliedClientDirectives, printGraph, withSdl } from '../compose/graph-sdl.ts';
import { documentMapper } from '../compose/renames/map-document.ts';
import { VariablesMappers } from '../compose/renames/map-variables.ts';
import { inverted } from '../compose/renames/renames.ts';
import { elementsOf, memberCoordinate } from '../compose/schema-elements.ts';
import type { ClientView } from './client-view.ts';
import { setDefaultValues } from './default-values.ts';
import type { CheckedClient } from './definition.ts';
import { mapNames, type Names } from './names.ts';
import { ownFieldCoordinates } from './own-fields.ts';
import { readTags } from './tags.ts';
import { viewTransforms } from './transforms.ts';
import { findGaps } from './view-gaps.ts';
import { selectView } from './visible.ts';

export interface View extends ClientView {
  /** The client's reference: `web`, or `web@1`. */
  name: string;
  version: string | null;
  /** The schema as sorted SDL; printed when it is first read. */
  readonly sdl: string;
  /** Unique for the elements and names of a view of one graph; hexadecimal. */
  digest: string;
}

/**
 * @param graph composed with the client's own fields, if it has any (`clientSource`).
 * @param name the client's reference.
 * @throws ComposeError naming the client and every invalid coordinate.
 */
export function buildView(graph: Pick<Graph, 'schema' | 'sources'>, definition: CheckedClient, name: string): View {
  const { view, problems } = tryView(graph, definition, name);
  if (problems.length > 0 || !view) {
    throw new ComposeError([...new Set(problems)].map((problem) => `client ${name}: ${problem}`));
  }
  return view;
}

/**
 * The view with all problems of its definition. Unknown names are left out; the view is null where nothing usable is
 * left.
 */
export function tryView(
  graph: Pick<Graph, 'schema' | 'sources'>,
  definition: CheckedClient,
  name: string,
): { view: View | null; problems: string[] } {
  const problems: string[] = [];
  const { schema } = graph;
  const elements = elementsOf(schema);
  const own = ownFieldCoordinates(definition, graph.sources);
  const selection = selectView({ schema, elements, tags: readTags(graph.sources), definition, own }, problems);
  const { visible } = selection;
  // With an invalid include, too little is visible for finding gaps.
  if (problems.length === 0) problems.push(...findGaps(schema, selection));
  const names = mapNames(schema, elements, visible, definition.rename, problems);
  const transforms = viewTransforms(visible, names);
  const viewCoordinate = (coordinate: string) => names.types.get(coordinate) ?? names.members.get(coordinate) ?? null;
  const applied = () =>
    [...appliedClientDirectives(graph.sources)].flatMap(([coordinate, directives]) => {
      const shown = viewCoordinate(coordinate);
      return shown === null ? [] : [[shown, directives] as const];
    });
  const viewSchema = transformed(schema, transforms, names, problems);
  if (!viewSchema) return { view: null, problems };
  const variables = new VariablesMappers(viewSchema, names.renames);
  const parts: Omit<View, 'sdl'> = {
    name,
    version: definition.version ?? null,
    schema: viewSchema,
    digest: hash('sha256', JSON.stringify([[...visible].sort(), [...names.graph].sort()])),
    mapDocument: documentMapper(viewSchema, names.renames),
    variablesMapper: (operation) => variables.of(operation),
    enumValues: enumValues(names),
    typeName: (graphType) => names.types.get(graphType) ?? null,
    fieldName: (graphType, graphField) => names.members.get(memberCoordinate(graphType, graphField)) ?? null,
    viewCoordinate,
    graphCoordinate: (coordinate) => names.graph.get(coordinate) ?? null,
    hiddenTypes: hiddenTypes(schema, visible),
    hiddenEnumValues: hiddenEnumValues(schema, visible),
  };
  return { view: withSdl(parts, () => printGraph(viewSchema, new Map(applied()))), problems };
}

/** The view's schema; null, with the problems, if it is invalid. */
function transformed(
  schema: GraphQLSchema,
  transforms: readonly Transform[],
  names: Names,
  problems: string[],
): GraphQLSchema | null {
  try {
    const result = transforms.reduce(
      (before, transform) => transform.transformSchema?.(before, { schema } as SubschemaConfig) ?? before,
      schema,
    );
    setDefaultValues(schema, result, names);
    const invalid = validateSchema(result).map(({ message }) => message);
    if (invalid.length === 0) return result;
    if (problems.length === 0) problems.push(...invalid);
  } catch (error) {
    // An invalid definition may leave an invalid schema: then its problems are reported, not this error.
    if (problems.length === 0) throw error;
  }
  return null;
}

function hiddenTypes(schema: GraphQLSchema, visible: ReadonlySet<string>): Set<string> {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !isIntrospectionType(type));
  return new Set(types.map(({ name }) => name).filter((name) => !visible.has(name)));
}

function enumValues({ types, renames }: Names): Map<string, Map<string, string>> {
  const graphTypes = inverted(types);
  return new Map([...renames.values].map(([name, values]) => [graphTypes.get(name) ?? name, inverted(values)]));
}

function hiddenEnumValues(schema: GraphQLSchema, visible: ReadonlySet<string>): Map<string, Set<string>> {
  const hidden = new Map<string, Set<string>>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isEnumType(type) || !visible.has(type.name)) continue;
    const values = type
      .getValues()
      .map((value) => value.name)
      .filter((value) => !visible.has(memberCoordinate(type.name, value)));
    if (values.length > 0) hidden.set(type.name, new Set(values));
  }
  return hidden;
}
