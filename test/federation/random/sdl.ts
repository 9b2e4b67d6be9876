// SDL of each subgraph of a random federated graph, as its team would write it.
import type { EntityModel, FederatedGraph, FieldModel, RootField } from './generate.ts';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", ' +
  '"@requires", "@provides", "@override", "@interfaceObject"])';

/** They change the strings of a field, and of all fields of a request. */
const directives = [
  'directive @shout(times: Int! = 1) repeatable on FIELD',
  'directive @inContext(country: String! = "de", at: Where) on QUERY | MUTATION',
  'input Where { town: String! = "Bern" }',
];

export function sdlOf(graph: FederatedGraph, subgraph: string): string {
  const types = graph.entities.flatMap((entity) =>
    entity.keys.has(subgraph) ? [entitySdl(graph, entity, subgraph)] : [],
  );
  for (const { name, home, objectIn, fields } of graph.interfaces) {
    if (subgraph === home) types.push(`interface ${name} @key(fields: "id") { id: ID! }`);
    if (subgraph !== objectIn) continue;
    const added = fields.map((field) => declaration(field));
    types.push(`type ${name} @interfaceObject @key(fields: "id") { id: ID! ${added.join(' ')} }`);
  }
  const members = graph.unions.get(subgraph);
  const roots = rootsOf(graph, subgraph, 'Query');
  if (members) {
    types.push(`union Anything = ${members.join(' | ')}`);
    roots.push(`anything_${subgraph}: [Anything!]!`);
  }
  for (const name of referencedIn(graph, subgraph)) types.push(stub(graph, name));
  const mutations = rootsOf(graph, subgraph, 'Mutation');
  if (roots.length === 0 && types.some((text) => /\bQuery\b/.test(text))) roots.push(`only_${subgraph}: Int`);
  if (roots.length > 0) types.unshift(`type Query { ${roots.join(' ')} }`);
  if (mutations.length > 0) types.unshift(`type Mutation { ${mutations.join(' ')} }`);
  const text = types.join('\n');
  if (/\bMoney\b/.test(text)) types.push('type Money @shareable { amount: Int text: String }');
  if (/\bPlace\b/.test(text)) types.push('type Place @shareable { place: String! }');
  return [link, ...(graph.hasDirectives ? directives : []), ...types].join('\n');
}

function rootsOf({ roots }: FederatedGraph, subgraph: string, kind: RootField['operation']): string[] {
  return roots.flatMap(({ operation, name, type, owners, provides }) => {
    if (operation !== kind || !owners.includes(subgraph)) return [];
    const shareable = owners.length > 1 ? ' @shareable' : '';
    return `${name}: ${type}${provides.length > 0 ? ` @provides(fields: "${provides.join(' ')}")` : ''}${shareable}`;
  });
}

function entitySdl(graph: FederatedGraph, entity: EntityModel, subgraph: string): string {
  const keys = entity.keys.get(subgraph) ?? [];
  const keyFields = [...new Set(keys.flat())].map(keyDeclaration);
  const fields = entity.fields.flatMap((field) => fieldSdl(graph, entity, field, subgraph));
  const isHome = graph.interfaces.some(({ name, home }) => name === entity.implements && home === subgraph);
  const directives = keys.map((key) => `@key(fields: "${key.join(' ')}")`).join(' ');
  const head = `type ${entity.name}${isHome ? ` implements ${entity.implements}` : ''} ${directives}`;
  return `${head} { ${[...keyFields, ...fields].join(' ')} }`;
}

function fieldSdl(graph: FederatedGraph, entity: EntityModel, field: FieldModel, subgraph: string): string[] {
  if (field.overrides === subgraph) return [declaration(field)];
  if (field.owners.includes(subgraph)) {
    const directives = [
      field.overrides !== null
        ? ` @override(from: "${field.overrides}"${field.label ? `, label: "${field.label}"` : ''})`
        : '',
      field.owners.length > 1 || isProvided(graph, entity, field) ? ' @shareable' : '',
      field.requires.length > 0 ? ` @requires(fields: "${field.requires.join(' ')}")` : '',
    ];
    return [declaration(field) + directives.join('')];
  }
  const isRequired = entity.fields.some(
    ({ owners, requires }) => owners.includes(subgraph) && requires.some((input) => input.split(' ')[0] === field.name),
  );
  const isProvidedHere = graph.roots.some(
    ({ type, owners, provides }) =>
      type.includes(entity.name) && owners.includes(subgraph) && provides.includes(field.name),
  );
  return isRequired || isProvidedHere ? [`${declaration(field)} @external`] : [];
}

function isProvided({ roots }: FederatedGraph, { name }: EntityModel, field: FieldModel): boolean {
  return roots.some(({ type, provides }) => type.includes(name) && provides.includes(field.name));
}

/** A field of a key; `at { place }` is that of an object. */
function keyDeclaration(field: string): string {
  if (field.startsWith('at ')) return 'at: Place!';
  return `${field}: ${field === 'id' ? 'ID!' : 'String!'}`;
}

function declaration({ name, type, takesArgument }: FieldModel): string {
  return `${name}${takesArgument ? '(n: Int = 1)' : ''}: ${type}`;
}

/** Entities that a subgraph refers to without having them. */
function referencedIn(graph: FederatedGraph, subgraph: string): Set<string> {
  const declared = [
    ...graph.entities.flatMap((entity) =>
      entity.keys.has(subgraph) ? entity.fields.flatMap((field) => fieldSdl(graph, entity, field, subgraph)) : [],
    ),
    ...graph.interfaces.flatMap(({ objectIn, fields }) => (objectIn === subgraph ? fields.map(declaration) : [])),
  ];
  const names = new Set(declared.map((text) => /: \W*(\w+)/.exec(text.replace(/\(.*?\)/, ''))?.[1]));
  return new Set(
    graph.entities.filter(({ name, keys }) => names.has(name) && !keys.has(subgraph)).map(({ name }) => name),
  );
}

/** A key that the entity's first subgraph has. */
function stub(graph: FederatedGraph, name: string): string {
  const [key = []] =
    graph.entities
      .find((entity) => entity.name === name)
      ?.keys.values()
      .next().value ?? [];
  const fields = key.map(keyDeclaration);
  return `type ${name} @key(fields: "${key.join(' ')}", resolvable: false) { ${fields.join(' ')} }`;
}
