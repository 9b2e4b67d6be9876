// Document of a REST service: how its SDL is recognized, its `@source` and `@connect`, and the schema without them.
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  GraphQLError,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
} from 'graphql';

/** `@connect` on a field, or on a type. */
export interface PlacedDirective {
  directive: ConstDirectiveNode;
  type: string;
  /** Null for the type itself. */
  field: FieldDefinitionNode | null;
}

export interface ConnectDocument {
  sources: readonly ConstDirectiveNode[];
  connectors: readonly PlacedDirective[];
  /** Without the directives of Connectors and of Federation, and their definitions. */
  schema: DocumentNode;
  /** Key fields that types declare by `@key(fields:)`; those of the first one. */
  keys: ReadonlyMap<string, readonly string[]>;
  /** Coordinates of fields that another service has. */
  external: ReadonlySet<string>;
}

const usesConnectors = /@(?:[\s,\uFEFF]|#.*)*(?:source|connect)\b/;

/** Whether SDL is a REST service's; false for SDL that cannot be parsed, which is reported where it is composed. */
export function isRestSdl(sdl: string): boolean {
  if (!usesConnectors.test(sdl)) return false;
  try {
    const { sources, connectors } = readDocument(parse(sdl, { noLocation: true }));
    return [...sources, ...connectors.map(({ directive }) => directive)].some(hasHttp);
  } catch (error) {
    if (error instanceof GraphQLError || error instanceof RangeError) return false;
    throw error;
  }
}

/** Other directives may have these names. */
function hasHttp({ arguments: args = [] }: ConstDirectiveNode): boolean {
  return args.some(({ name }) => name.value === 'http');
}

/** Directives of Federation that say what the gateway finds out by itself here. */
const federationNames: ReadonlySet<string> = new Set(['key', 'shareable', 'external', 'requires', 'provides', 'link']);

/** Definitions that an SDL may have for its editor. */
const ownNames: ReadonlySet<string> = new Set([
  ...['@source', '@connect', 'SourceHTTP', 'ConnectHTTP', 'ConnectHeader', 'ConnectBatch', 'ConnectErrors'],
  ...['Mapping', 'URLTemplate', 'JSONSelection', '@key', '@shareable', '@external', '@requires', '@provides', '@link'],
]);

export function readDocument(document: DocumentNode): ConnectDocument {
  const sources: ConstDirectiveNode[] = [];
  const connectors: PlacedDirective[] = [];
  const keys = new Map<string, readonly string[]>();
  const external = new Set<string>();
  const definitions = document.definitions.flatMap((definition): DefinitionNode[] => {
    if (definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION) {
      const { directives = [] } = definition;
      sources.push(...directives.filter(({ name }) => name.value === 'source'));
      const rest = directives.filter(({ name }) => name.value !== 'source' && name.value !== 'link');
      if (rest.length === 0 && (definition.operationTypes ?? []).length === 0) return [];
      return [{ ...definition, directives: rest }];
    }
    if (ownNames.has(`${definition.kind === Kind.DIRECTIVE_DEFINITION ? '@' : ''}${nameOf(definition)}`)) return [];
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) {
      return [definition];
    }
    const type = definition.name.value;
    const [key] = (definition.directives ?? []).filter(({ name }) => name.value === 'key').flatMap(keyFields);
    if (key && !keys.has(type)) keys.set(type, key);
    connectors.push(...placed(definition.directives, type, null));
    for (const field of definition.fields ?? []) {
      connectors.push(...placed(field.directives, type, field));
      if (field.directives?.some(({ name }) => name.value === 'external')) external.add(`${type}.${field.name.value}`);
    }
    return [withoutDirectives(definition)];
  });
  return { sources, connectors, schema: { ...document, definitions }, keys, external };
}

function nameOf(definition: DefinitionNode): string {
  return 'name' in definition ? (definition.name?.value ?? '') : '';
}

function placed(
  directives: readonly ConstDirectiveNode[] = [],
  type: string,
  field: FieldDefinitionNode | null,
): PlacedDirective[] {
  return directives.filter(({ name }) => name.value === 'connect').map((directive) => ({ directive, type, field }));
}

/** Names of a plain field set; none of a nested one. */
function keyFields({ arguments: args = [] }: ConstDirectiveNode): string[][] {
  const fields = args.find(({ name }) => name.value === 'fields')?.value;
  if (fields?.kind !== Kind.STRING || !/^[\s,\w]+$/.test(fields.value)) return [];
  return [fields.value.split(/[\s,]+/).filter((name) => name !== '')];
}

function isDropped({ name, arguments: args = [] }: ConstDirectiveNode): boolean {
  if (name.value === 'connect') return true;
  // Stitching has a key of its own.
  return federationNames.has(name.value) && !args.some((argument) => argument.name.value === 'selectionSet');
}

function withoutDirectives(
  definition: ObjectTypeDefinitionNode | ObjectTypeExtensionNode,
): ObjectTypeDefinitionNode | ObjectTypeExtensionNode {
  const rest = (directives: readonly ConstDirectiveNode[] = []) => directives.filter((one) => !isDropped(one));
  return {
    ...definition,
    directives: rest(definition.directives),
    fields: definition.fields?.map((field) => ({ ...field, directives: rest(field.directives) })) ?? [],
  };
}
