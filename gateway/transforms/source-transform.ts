// Transforms of a subgraph: renames and exclusions, applied to the service's schema.
import { type GraphQLSchema, isIntrospectionType, isObjectType, isSpecifiedScalarType } from 'graphql';
import { mapNames } from '../client-views/names.ts';
import { readPattern } from '../client-views/patterns.ts';
import { readTags } from '../client-views/tags.ts';
import { findGaps } from '../client-views/view-gaps.ts';
import { visibleWithout } from '../client-views/visible.ts';
import { ComposeError } from '../compose/compose-error.ts';
import { isGatewayField } from '../compose/gateway-fields.ts';
import { rootTypeNamesOf } from '../compose/root-types.ts';
import { elementsOf, memberCoordinate } from '../compose/schema-elements.ts';
import { buildSchemaOf, ownDefinitions } from '../compose/sdl.ts';
import type { SourceTransform } from '../compose/subschemas.ts';
import type { Rename, Transforms } from '../config/renames.ts';
import { renameDefinitions } from './rename-definitions.ts';

/**
 * The transform of a source's document. It throws a ComposeError with one message for each invalid name.
 * @param name of the subgraph.
 */
export function sourceTransform(name: string, transforms: Transforms): SourceTransform {
  return (document) => {
    const schema = buildSchemaOf(document, name);
    const elements = elementsOf(schema);
    const problems: string[] = [];
    const tags = readTags([schema]);
    const exclude = transforms.exclude.flatMap((text) => {
      const pattern = readPattern(text, elements, tags, name);
      if (!('problem' in pattern)) return pattern;
      problems.push(`exclude: ${pattern.problem}`);
      return [];
    });
    const matched = exclude.flatMap((pattern) => pattern.matched).filter(({ type }) => !ownDefinitions.has(type));
    const excluded = new Set(matched.map(({ coordinate }) => coordinate));
    const visible = visibleWithout(schema, elements, excluded);
    if (excluded.size > 0 && schema.getQueryType()) {
      problems.push(...findGaps(schema, { include: null, exclude, excluded, visible }));
    }
    const rename = withPrefix(schema, transforms);
    const names = mapNames(schema, elements, visible, rename, problems, name);
    if (problems.length > 0) {
      throw new ComposeError([...new Set(problems)].map((problem) => `subgraphs.${name}.transforms: ${problem}`));
    }
    return { document: renameDefinitions(document, schema, visible, names), renames: names.renames };
  };
}

/** The renames that a prefix makes; explicit renames win. Fields for the gateway alone keep theirs. */
function withPrefix(schema: GraphQLSchema, { prefix, rename }: Transforms): Rename {
  const { types, rootFields } = typeof prefix === 'string' ? { types: prefix, rootFields: prefix } : (prefix ?? {});
  const roots = rootTypeNamesOf(schema);
  const prefixedTypes: Record<string, string> = {};
  const prefixedFields: Record<string, string> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (isSpecifiedScalarType(type) || isIntrospectionType(type) || ownDefinitions.has(type.name)) continue;
    if (!roots.has(type.name)) {
      if (types !== undefined) prefixedTypes[type.name] = `${types}${type.name}`;
      continue;
    }
    if (rootFields === undefined || !isObjectType(type)) continue;
    for (const [field, definition] of Object.entries(type.getFields())) {
      const isInherited = type.getInterfaces().some((above) => Object.hasOwn(above.getFields(), field));
      if (!isGatewayField(definition) && !isInherited)
        prefixedFields[memberCoordinate(type.name, field)] = `${rootFields}${field}`;
    }
  }
  return {
    ...rename,
    types: { ...prefixedTypes, ...rename.types },
    fields: { ...prefixedFields, ...rename.fields },
  };
}
