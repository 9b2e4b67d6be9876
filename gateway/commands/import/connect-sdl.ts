// SDL of an import: the schema with `@source`, root fields with `@connect`, and their types.
import { Kind, print } from 'graphql';
import type { ConnectedArgument, ConnectedField } from './connected-field.ts';
import { objectOf } from './finite-selections.ts';
import type { EnumType, Field, ObjectType, TypeReference } from './imported-types.ts';
import { customScalars } from './scalars.ts';

export interface ImportedSchema {
  /** Name of the source. */
  source: string;
  baseUrl: string;
  /** Lines of comment at the beginning. */
  comment: readonly string[];
  fields: readonly ConnectedField[];
}

export function printSdl({ source, baseUrl, comment, fields }: ImportedSchema): string {
  const used = usedTypes(fields);
  const sourceSdl = `extend schema @source(name: ${quoted(source)}, http: { baseURL: ${quoted(baseUrl)} })`;
  const roots = (['Query', 'Mutation'] as const).flatMap((name) => {
    const own = fields.filter(({ method }) => (method === 'GET') === (name === 'Query'));
    return own.length === 0 ? [] : [`type ${name} {\n${own.map((field) => rootField(field, source)).join('\n\n')}\n}`];
  });
  const blocks = [
    comment.map((line) => `# ${line}`.trimEnd()).join('\n'),
    sourceSdl,
    ...roots,
    ...used.objects.map(objectSdl),
    ...used.enums.map(enumSdl),
    ...[...used.scalars].sort().map((name) => `${described(customScalars[name] ?? null, '')}scalar ${name}`),
  ];
  return `${blocks.join('\n\n')}\n`;
}

interface UsedTypes {
  objects: ObjectType[];
  enums: EnumType[];
  scalars: Set<string>;
}

/** Types in the sequence of their first use. */
function usedTypes(fields: readonly ConnectedField[]): UsedTypes {
  const objects = new Set<ObjectType>();
  const enums = new Set<EnumType>();
  const scalars = new Set<string>();
  const use = (type: TypeReference): void => {
    if (type.kind === 'list') use(type.item);
    if (type.kind === 'enum') enums.add(type.type);
    if (type.kind === 'scalar' && Object.hasOwn(customScalars, type.name)) scalars.add(type.name);
    if (type.kind !== 'object' || objects.has(type.type)) return;
    objects.add(type.type);
    for (const field of type.type.fields) use(field.type);
  };
  for (const { type, arguments: args } of fields) {
    if (type) use(type);
    for (const argument of args) use(argument.type);
  }
  return { objects: [...objects], enums: [...enums], scalars };
}

function rootField(field: ConnectedField, source: string): string {
  const { name, type, isNullable, method, path, headers, repeated, body } = field;
  const http = [
    `${method}: ${quoted(path)}`,
    ...(headers.length > 0
      ? [`headers: [${headers.map((one) => `{ name: ${quoted(one.name)}, value: ${quoted(one.value)} }`).join(', ')}]`]
      : []),
    ...(repeated.length > 0
      ? [
          `queryParams: ${quoted(`$({ ${repeated.map((one) => `${JSON.stringify(one.name)}: ${one.value}`).join(', ')} })`)}`,
        ]
      : []),
    ...(body ? [`body: ${quoted(bodyMapping(`$args.${body.name}`, body.type))}`] : []),
  ];
  const oneLine = `http: { ${http.join(', ')} }`;
  const httpSdl = oneLine.length <= 100 ? oneLine : `http: {\n        ${http.join('\n        ')}\n      }`;
  const target = type && objectOf(type);
  const selection = target ? block(selectionLines(target), '      ') : quoted(type ? '$' : '$(true)');
  const args = field.arguments.map((argument) => argumentSdl(argument));
  const argumentList = args.length === 0 ? '' : listed(args);
  const returned = type ? `${typeSdl(type)}${isNullable ? '' : '!'}` : 'Boolean';
  return [
    `${described(field.description, '  ')}  ${name}${argumentList}: ${returned}${deprecated(field.isDeprecated)}`,
    '    @connect(',
    `      source: ${quoted(source)}`,
    `      ${httpSdl}`,
    `      selection: ${selection}`,
    '    )',
  ].join('\n');
}

function listed(args: readonly string[]): string {
  const line = `(${args.map((text) => text.trim()).join(', ')})`;
  return line.includes('\n') || line.length > 90 ? `(\n${args.join('\n')}\n  )` : line;
}

function argumentSdl({ name, type, isNullable, description, isDeprecated }: ConnectedArgument): string {
  // A required argument cannot be deprecated (GraphQL, section 3.13.3).
  const mark = deprecated(isDeprecated && isNullable);
  return `${described(description, '    ')}    ${name}: ${typeSdl(type)}${isNullable ? '' : '!'}${mark}`;
}

/** Every property, with those of objects in braces. */
function selectionLines({ fields }: ObjectType): string[] {
  return fields.flatMap(({ name, property, type }) => {
    const target = objectOf(type);
    const path = name === property ? name : `${name}: ${isPlainKey(property) ? property : JSON.stringify(property)}`;
    return target ? [`${path} {`, ...selectionLines(target).map((line) => `  ${line}`), '}'] : [path];
  });
}

function isPlainKey(property: string): boolean {
  return /^[A-Za-z_]\w*$/.test(property);
}

/**
 * The argument as it is; where its properties have other names in JSON, each of them. Objects are mapped as lists of one, so that
 * one that is absent, or null, stays so.
 */
function bodyMapping(path: string, type: TypeReference): string {
  if (!hasOtherNames(type)) return path;
  if (type.kind === 'list') return `${path}->map(${bodyMapping('@', type.item)})`;
  if (type.kind !== 'object') return path;
  const properties = type.type.fields.map(
    ({ property, name, type: inner }) => `${JSON.stringify(property)}: ${bodyMapping(`@.${name}`, inner)}`,
  );
  return `${path}->map({ ${properties.join(', ')} })->first`;
}

export function hasOtherNames(type: TypeReference, seen: ReadonlySet<ObjectType> = new Set()): boolean {
  const target = objectOf(type);
  if (!target || seen.has(target)) return false;
  const below = new Set([...seen, target]);
  return target.fields.some(({ name, property, type: inner }) => name !== property || hasOtherNames(inner, below));
}

function objectSdl({ name, isInput, description, fields, cut }: ObjectType): string {
  const lines = [...fields.map((field) => fieldSdl(field, isInput)), ...cut.map((text) => `  # ${text}`)];
  return `${described(description, '')}${isInput ? 'input' : 'type'} ${name} {\n${lines.join('\n')}\n}`;
}

function fieldSdl({ name, type, isNullable, description, isDeprecated }: Field, isInput: boolean): string {
  const mark = deprecated(isDeprecated && (isNullable || !isInput));
  return `${described(description, '  ')}  ${name}: ${typeSdl(type)}${isNullable ? '' : '!'}${mark}`;
}

function enumSdl({ name, values, description }: EnumType): string {
  return `${described(description, '')}enum ${name} {\n${values.map((value) => `  ${value}`).join('\n')}\n}`;
}

function typeSdl(type: TypeReference): string {
  if (type.kind === 'list') return `[${typeSdl(type.item)}${type.isItemNullable ? '' : '!'}]`;
  return type.kind === 'scalar' ? type.name : type.type.name;
}

function deprecated(isDeprecated: boolean): string {
  return isDeprecated ? ' @deprecated' : '';
}

function described(text: string | null, indent: string): string {
  if (text === null || text.trim() === '') return '';
  const value = text.trim();
  const isBlock = value.includes('\n');
  const lines = print({ kind: Kind.STRING, value, block: isBlock }).split('\n');
  return `${lines.map((line) => (line === '' ? line : `${indent}${line}`)).join('\n')}\n`;
}

function quoted(text: string): string {
  return print({ kind: Kind.STRING, value: text, block: false });
}

function block(lines: readonly string[], indent: string): string {
  const text = lines
    .map((line) => `${indent}${line}`)
    .join('\n')
    .replaceAll('"""', '\\"""');
  return `"""\n${text}\n${indent}"""`;
}
