// Schema of a mocked service, from its SDL alone: with stitching or Federation directives, whose definitions it need
// not have.
import {
  buildASTSchema,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  Kind,
  parse,
  specifiedScalarTypes,
  type TypeDefinitionNode,
  type TypeNode,
  visit,
} from 'graphql';

type Key = readonly string[];

export interface MockSchema {
  schema: GraphQLSchema;
  /** Keys of objects, by their type: names of leaf fields that identify an object together. */
  keys: ReadonlyMap<string, readonly Key[]>;
}

/** Fields of Federation that a service has besides its SDL. */
const federationFields = '_entities(representations: [_Any!]!): [_Entity]!\n_service: _Service!';

export function buildMockSchema(sdl: string): MockSchema {
  const types = mergeExtensions(parse(sdl, { noLocation: true }));
  const entities = [...types.values()].filter(
    ({ kind, directives }) => kind === Kind.OBJECT_TYPE_DEFINITION && keySelections(directives).length > 0,
  );
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [...types.values()] };
  const roots = parse(sdl, { noLocation: true }).definitions.filter(namesRoots);
  const extended = entities.length === 0 ? document : withFederation(document, entities, queryName(roots));
  const definitions = [...roots, ...extended.definitions, ...missingScalars(extended)];
  const schema = buildASTSchema({ kind: Kind.DOCUMENT, definitions }, { assumeValid: true, assumeValidSDL: true });
  return { schema, keys: keysOf(schema, types) };
}

type Mergeable = TypeDefinitionNode & { fields?: readonly { name: { value: string } }[] };

/** Definitions with their extensions; an extension alone is a definition, as services write them. */
function mergeExtensions({ definitions }: DocumentNode): Map<string, TypeDefinitionNode> {
  const types = new Map<string, Mergeable>();
  for (const node of definitions) {
    if (!/Type(Definition|Extension)$/.test(node.kind) || !('name' in node) || !node.name) continue;
    const name = node.name.value;
    if (name === '_Entity' || name === '_Any' || name === '_Service') continue;
    const definition = { ...node, kind: node.kind.replace('Extension', 'Definition') } as Mergeable;
    const before = types.get(name);
    types.set(name, before ? joined(before, definition) : definition);
  }
  return types;
}

function joined(left: Mergeable, right: Mergeable): Mergeable {
  const merged: Record<string, unknown> = { ...left };
  for (const [name, value] of Object.entries(right)) {
    if (!Array.isArray(value)) continue;
    const before = (merged[name] ?? []) as typeof value;
    const known = new Set(name === 'directives' ? [] : before.map((node) => node.name.value));
    merged[name] = [...before, ...value.filter((node) => !known.has(node.name.value))];
  }
  return merged as unknown as Mergeable;
}

function namesRoots(node: DefinitionNode): boolean {
  return node.kind === Kind.SCHEMA_DEFINITION && node.operationTypes.length > 0;
}

function queryName([roots]: readonly DefinitionNode[]): string {
  const types = roots?.kind === Kind.SCHEMA_DEFINITION ? roots.operationTypes : [];
  return types.find(({ operation }) => operation === 'query')?.type.name.value ?? 'Query';
}

function withFederation(document: DocumentNode, entities: readonly TypeDefinitionNode[], query: string): DocumentNode {
  const names = entities.map(({ name }) => name.value).join(' | ');
  const added = parse(
    `type ${query} { ${federationFields} }\nunion _Entity = ${names}\nscalar _Any\ntype _Service { sdl: String }`,
    { noLocation: true },
  );
  const types = mergeExtensions({ kind: Kind.DOCUMENT, definitions: [...document.definitions] });
  const own = added.definitions[0] as Mergeable;
  const before = types.get(query) as Mergeable | undefined;
  types.set(query, before ? joined(before, own) : own);
  return { kind: Kind.DOCUMENT, definitions: [...types.values(), ...added.definitions.slice(1)] };
}

/** Types that are used and not defined are taken for scalars, such as those of linked specifications. */
function missingScalars(document: DocumentNode): DefinitionNode[] {
  const known = new Set(specifiedScalarTypes.map(({ name }) => name));
  const used = new Set<string>();
  visit(document, {
    enter(node) {
      if ('name' in node && node.name && /TypeDefinition$/.test(node.kind)) known.add(node.name.value);
      if (node.kind === Kind.NAMED_TYPE) used.add(node.name.value);
    },
  });
  return [...used]
    .filter((name) => !known.has(name))
    .map((name) => ({ kind: Kind.SCALAR_TYPE_DEFINITION, name: { kind: Kind.NAME, value: name } }));
}

/** The selections of a type's keys, whatever name a link gives the directive. */
function keySelections(directives: readonly DirectiveNode[] | undefined): string[] {
  const keys = (directives ?? []).filter(({ name }) => /(^|__)key$/.test(name.value));
  return keys.flatMap((key) => stringArgument(key, 'fields') ?? stringArgument(key, 'selectionSet') ?? []);
}

function stringArgument(directive: DirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function keysOf(schema: GraphQLSchema, types: ReadonlyMap<string, TypeDefinitionNode>): Map<string, Key[]> {
  const byLookup = Map.groupBy(lookupKeys([...types.values()]), ({ type }) => type);
  const keys = new Map<string, Key[]>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const fields = type.getFields();
    const isLeaf = (name: string) => fields[name] !== undefined && isLeafType(getNamedType(fields[name].type));
    const found = [type.name, ...type.getInterfaces().map(({ name }) => name)].flatMap((name) => [
      ...keySelections(types.get(name)?.directives).map((selection) => outerNames(selection).filter(isLeaf)),
      ...(byLookup.get(name) ?? []).map(({ field }) => [field].filter(isLeaf)),
    ]);
    const all = [['id'].filter(isLeaf), ...found].filter((key) => key.length > 0);
    keys.set(type.name, [...new Map(all.map((key) => [key.join(' '), key])).values()]);
  }
  return keys;
}

/** Names of a selection that stand in no selection of its own: `id` and `lines` of "{ id lines { quantity } }". */
function outerNames(selection: string): string[] {
  const text = /^\s*\{/.test(selection) ? selection : `{ ${selection} }`;
  const names: string[] = [];
  let depth = 0;
  for (const [token] of text.matchAll(/[{}]|\w+/g)) {
    if (token === '{') depth += 1;
    else if (token === '}') depth -= 1;
    else if (depth === 1) names.push(token);
  }
  return names;
}

/** Key fields of stitching's lookup fields: `@merge(keyField: "upc")`. */
function lookupKeys(types: readonly TypeDefinitionNode[]): { type: string; field: string }[] {
  const fields = types.flatMap((type) => ('fields' in type ? ((type.fields ?? []) as FieldDefinitionNode[]) : []));
  return fields.flatMap(({ type, directives }) =>
    (directives ?? []).flatMap((directive) => {
      const field = directive.name.value === 'merge' ? stringArgument(directive, 'keyField') : undefined;
      return field === undefined ? [] : [{ type: namedType(type), field }];
    }),
  );
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
