// Subgraph configuration of the stitching peer: the schema of a federation subgraph that it may query, and how its
// entities merge.

import type { MergedTypeConfig } from '@graphql-tools/delegate';
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
} from 'graphql';
import { entitySchema, type References } from '../subgraphs/entities.ts';

/** The subgraph's schema without its `@external` fields: those are what the gateway sends, not what it may select. */
export function subschemaOf(sdl: string): GraphQLSchema {
  const own = sdl.replaceAll(/^.*@external.*\n/gm, '');
  const references: References = Object.fromEntries(entities(parse(own)).map(({ name }) => [name.value, () => null]));
  return entitySchema(own, references, {});
}

/** For every entity: its key, the root field that takes a list of keys, and what its computed fields require. */
export function mergeConfig(sdl: string): Record<string, MergedTypeConfig> {
  return Object.fromEntries(
    entities(parse(sdl)).map((entity) => {
      const keyFields = fieldSet(entity.directives, 'key')!;
      const required = new Map(
        entity.fields?.flatMap((field) => {
          const fields = fieldSet(field.directives, 'requires');
          return fields ? [[field.name.value, fields] as const] : [];
        }),
      );
      const brought = [keyFields, ...required.values()].flatMap((fields) => fields.split(' '));
      const config: MergedTypeConfig = {
        selectionSet: `{ ${keyFields} }`,
        fieldName: '_entities',
        key: (object) => ({
          __typename: entity.name.value,
          ...Object.fromEntries(brought.filter((name) => name in object).map((name) => [name, object[name]])),
        }),
        argsFromKeys: (representations) => ({ representations }),
        fields: Object.fromEntries(
          [...required].map(([name, fields]) => [name, { selectionSet: `{ ${fields} }`, computed: true }]),
        ),
      };
      return [entity.name.value, config];
    }),
  );
}

function entities(document: DocumentNode): ObjectTypeDefinitionNode[] {
  return document.definitions.filter(
    (definition): definition is ObjectTypeDefinitionNode =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION && fieldSet(definition.directives, 'key') !== undefined,
  );
}

function fieldSet(directives: readonly ConstDirectiveNode[] | undefined, name: string): string | undefined {
  const value = directives?.find((directive) => directive.name.value === name)?.arguments?.[0]?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
