// SDL of random graphs: of each service, with stitching directives, and of the whole.
import { hasKeyObjects, inputType, requiredOf } from './computed.ts';
import {
  type AbstractModel,
  type ArgumentModel,
  type EntityModel,
  type FieldModel,
  type GraphModel,
  hasCode,
  namedType,
  partOf,
} from './model.ts';

const inputs = new Map<string, { sdl: string; uses: readonly string[] }>(
  Object.entries({
    Long: { sdl: 'scalar Long', uses: [] },
    Decimal: { sdl: 'scalar Decimal', uses: [] },
    JSON: { sdl: 'scalar JSON', uses: [] },
    Tone: { sdl: 'enum Tone {\n  LOUD\n  SOFT\n  constructor\n  _0\n}', uses: [] },
    Filter: {
      sdl: 'input Filter {\n  ids: [ID!]\n  text: String = "none"\n  tone: Tone! = LOUD\n  deep: [Filter!]\n  number: Long\n  any: JSON\n}',
      uses: ['Tone', 'Long', 'JSON'],
    },
  }),
);

/** Of one service, or of the graph where no service is given. */
export function sdlOf(graph: GraphModel, service?: string): string {
  const serves = ({ services }: { services: readonly string[] }) => !service || services.includes(service);
  const definitions: string[] = [];
  const lookups = service === undefined ? [] : new Set(graph.entities.flatMap((entity) => lookupOf(entity, service)));
  const queries = [...lookups, ...graph.queries.filter(serves).map(fieldSdl)];
  definitions.push(block('type Query', queries));
  const mutations = graph.mutations.filter(serves).map(fieldSdl);
  if (mutations.length > 0) definitions.push(block('type Mutation', mutations));
  for (const entity of graph.entities) {
    if (service && !partOf(entity, service)) continue;
    const withCode = entity.code && (!service || hasCode(entity, service));
    const hasObjects = service !== undefined && hasKeyObjects(entity, service);
    const key = hasObjects ? ` @key(selectionSet: "{ ${entity.key.map(({ name }) => name).join(' ')} }")` : '';
    definitions.push(
      block(`type ${entity.name}${implementsOf(graph, entity.name, service)}${key}`, [
        ...entity.key.map(({ name, type }) => `${name}: ${type}!`),
        ...(withCode && entity.code ? [`${entity.code.name}: ${entity.code.type}`] : []),
        ...entity.fields.filter(serves).map((field) => `${fieldSdl(field)}${service ? computedSdl(field) : ''}`),
      ]),
    );
    const lookup = service === undefined ? undefined : partOf(entity, service)?.lookup;
    if (hasObjects && lookup && !lookup.isAbstract) {
      definitions.push(
        block(`input ${keyInput(entity)}`, [
          ...entity.key.map(({ name, type }) => `${name}: ${type}!`),
          ...requiredOf(entity, service as string).map((field) => `${field.name}: ${inputType(field)}`),
        ]),
      );
    }
  }
  for (const { name, fields, services } of graph.values) {
    if (serves({ services })) definitions.push(block(`type ${name}`, fields.map(fieldSdl)));
  }
  for (const abstract of graph.abstracts) {
    const members = membersOf(abstract, service);
    if (members.length === 0) continue;
    if (abstract.kind === 'union') definitions.push(`union ${abstract.name} = ${members.join(' | ')}`);
    else
      definitions.push(
        block(
          `interface ${abstract.name}`,
          abstract.fields.map(({ name, type }) => `${name}: ${type}`),
        ),
      );
  }
  const found = graph.entities.filter((entity) => service && partOf(entity, service)?.lookup?.isAbstract);
  if (found.length > 0) {
    definitions.push(`union FoundInLookup = ${found.map(({ name }) => name).join(' | ')}`, 'scalar KeyOfLookup');
  }
  const marks = service ? graph.marking.includes(service) : graph.marking.length > 0;
  if (marks) definitions.push('directive @mark(with: Long) on FIELD');
  return [...definitions, ...usedInputs(definitions)].join('\n\n');
}

export function keyInput({ name }: EntityModel): string {
  return `Key_${name}`;
}

/** Types of an interface or union, in one service or in all. */
export function membersOf({ members }: AbstractModel, service?: string): string[] {
  return service ? [...(members.get(service) ?? [])] : [...new Set([...members.values()].flat())];
}

function lookupOf(entity: EntityModel, service: string): string[] {
  const lookup = partOf(entity, service)?.lookup;
  if (!lookup) return [];
  const { name } = entity;
  if (lookup.isAbstract) return [`${lookup.field}(keys: [KeyOfLookup!]!): [FoundInLookup]! @merge`];
  if (hasKeyObjects(entity, service) && lookup.by === 'key') {
    return [`${lookup.field}(keys: [${keyInput(entity)}!]!): [${name}]! @merge`];
  }
  const [key] = lookup.by === 'code' && entity.code ? [entity.code] : entity.key;
  if (!key) return [];
  return lookup.isList
    ? [`${lookup.field}(keys: [${key.type}!]!): [${name}] @merge(keyField: "${key.name}")`]
    : [`${lookup.field}(key: ${key.type}!): ${name} @merge(keyField: "${key.name}")`];
}

function implementsOf({ abstracts }: GraphModel, type: string, service: string | undefined): string {
  const names = abstracts
    .filter((abstract) => abstract.kind === 'interface' && membersOf(abstract, service).includes(type))
    .map(({ name }) => name);
  return names.length > 0 ? ` implements ${names.join(' & ')}` : '';
}

function fieldSdl({ name, type, arguments: args }: FieldModel): string {
  return `${name}${args.length > 0 ? `(${args.map(argumentSdl).join(', ')})` : ''}: ${type}`;
}

function computedSdl({ requires }: FieldModel): string {
  return requires ? ` @computed(selectionSet: "{ ${requires.join(' ')} }")` : '';
}

function argumentSdl({ name, type, defaultValue }: ArgumentModel): string {
  return `${name}: ${type}${defaultValue === undefined ? '' : ` = ${defaultValue}`}`;
}

function block(head: string, lines: readonly string[]): string {
  return `${head} {\n${lines.map((line) => `  ${line}\n`).join('')}}`;
}

/** Definitions of scalars, enums and inputs that fields, or each other, use. */
function usedInputs(definitions: readonly string[]): string[] {
  const used = new Set<string>();
  const use = (type: string) => {
    const input = inputs.get(namedType(type));
    if (!input || used.has(namedType(type))) return;
    used.add(namedType(type));
    for (const other of input.uses) use(other);
  };
  for (const [, type] of definitions.join('\n').matchAll(/: ([[\]!\w]+)/g)) use(type as string);
  return [...used].map((name) => inputs.get(name)?.sdl as string);
}
