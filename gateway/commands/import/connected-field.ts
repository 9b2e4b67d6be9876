// Root field of an operation: its arguments, its request as templates of `@connect`, and the type of its response.
import { fieldName, NameScope, typeName } from './graphql-names.ts';
import type { ImportReport } from './import-report.ts';
import { describe, type ImportedTypes, type TypeReference } from './imported-types.ts';
import { type Element, Inexpressible } from './openapi-document.ts';
import { type ApiOperation, type Method, parametersOf } from './operations.ts';
import { type ConnectedParameter, parameterOf } from './parameters.ts';

export interface ConnectedField {
  name: string;
  operation: ApiOperation;
  method: Method;
  /** With expressions in braces, and the query. */
  path: string;
  description: string | null;
  isDeprecated: boolean;
  arguments: ConnectedArgument[];
  headers: { name: string; value: string }[];
  /** Parameters that a list repeats: names with expressions. */
  repeated: { name: string; value: string }[];
  /** Argument whose value is the body. */
  body: ConnectedArgument | null;
  /** Null where the response has no JSON: the field is `true` then. */
  type: TypeReference | null;
  isNullable: boolean;
}

export interface ConnectedArgument {
  name: string;
  type: TypeReference;
  isNullable: boolean;
  description: string | null;
  isDeprecated: boolean;
}

/**
 * @param name of the field.
 * @throws Inexpressible where the operation cannot be called, or its response not be read.
 */
export function connectedField(
  operation: ApiOperation,
  name: string,
  types: ImportedTypes,
  report: ImportReport,
): ConnectedField {
  const { element, method } = operation;
  const description = [element.text('summary'), element.text('description')].filter((text) => text !== undefined);
  const field: ConnectedField = {
    ...{ name, operation, method, path: '', headers: [], repeated: [], arguments: [], body: null },
    description: [...new Set(description)].join('\n\n') || null,
    isDeprecated: element.is('deprecated'),
    ...responseOf(operation, types, typeName(name)),
  };
  const names = new NameScope();
  addParameters(field, names, types, report);
  addBody(field, names, types, report);
  return field;
}

function addParameters(field: ConnectedField, names: NameScope, types: ImportedTypes, report: ImportReport): void {
  const { operation } = field;
  const query: string[] = [];
  const inPath = new Map<string, string>();
  for (const element of parametersOf(operation)) {
    const parameter = parameterIn(element, field, types, report);
    if (!parameter) continue;
    const wanted = fieldName(parameter.name);
    const name = names.take(wanted === '' ? 'parameter' : wanted);
    const { place, type, isNullable, description, isDeprecated, separator } = parameter;
    field.arguments.push({ name, type, isNullable, description, isDeprecated });
    const value = `$args.${name}${separator === null ? '' : `->joinNotNull(${JSON.stringify(separator)})`}`;
    if (place === 'path') inPath.set(parameter.name, `{${value}}`);
    else if (place === 'header') field.headers.push({ name: parameter.name, value: `{${value}}` });
    else if (parameter.isRepeated) field.repeated.push({ name: parameter.name, value });
    else query.push(`${encodeURIComponent(parameter.name)}={${value}}`);
  }
  const path = operation.path.replaceAll(/\{([^}]*)\}/g, (_whole, variable: string) => {
    const value = inPath.get(variable);
    inPath.delete(variable);
    if (value === undefined) throw new Inexpressible(operation.element, `its path has no parameter for {${variable}}`);
    return value;
  });
  const [unused] = inPath.keys();
  if (unused !== undefined) throw new Inexpressible(operation.element, `its path has no place for "${unused}"`);
  if (path.includes('#')) throw new Inexpressible(operation.element, 'its path has a fragment, which is not sent');
  if (/\/(?:\.{0,2})\/|\/\.{1,2}(?:$|\?)/.test(path)) {
    throw new Inexpressible(operation.element, 'its path has a segment that is empty, or made of dots');
  }
  const separator = path.includes('?') ? '&' : '?';
  field.path = `${encodedPath(path)}${query.length > 0 ? separator : ''}${query.join('&')}`;
}

/** Null for a parameter that is left out. */
function parameterIn(
  element: Element,
  { name, operation }: ConnectedField,
  types: ImportedTypes,
  report: ImportReport,
): ConnectedParameter | null {
  try {
    return parameterOf(element, types, typeName(name));
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error;
    const parameter = `the ${element.text('in')} parameter "${element.text('name')}"`;
    if (element.is('required'))
      throw new Inexpressible(error.element, `${parameter} is required, and ${error.message}`);
    report.warn(error.element, `${operation.id}: ${parameter} is left out: ${error.message}`);
    return null;
  }
}

function addBody(field: ConnectedField, names: NameScope, types: ImportedTypes, report: ImportReport): void {
  const { operation } = field;
  const given = operation.element.get('requestBody');
  if (!given) return;
  try {
    const body = given.document.follow(given);
    if (operation.method === 'GET') throw new Inexpressible(body, 'a GET request has no body');
    const schema = jsonSchemaOf(body);
    if (!schema) throw new Inexpressible(body, 'its body is not JSON');
    const { type, shape } = types.typed([schema], true, typeName(field.name));
    const isNullable = shape.isNullable || !body.is('required');
    const description = body.text('description') ?? describe(shape, type);
    field.body = { name: names.take('input'), type, isNullable, description, isDeprecated: false };
    field.arguments.push(field.body);
  } catch (error) {
    const isRequired = given.document.follow(given).is('required');
    if (!(error instanceof Inexpressible) || isRequired) throw error;
    report.warn(error.element, `${operation.id}: the body is left out: ${error.message}`);
  }
}

/** Of the first status of success. @throws Inexpressible */
function responseOf(
  { element }: ApiOperation,
  types: ImportedTypes,
  context: string,
): Pick<ConnectedField, 'type' | 'isNullable'> {
  const { document } = element;
  const responses = element.get('responses')?.entries() ?? [];
  const successes = responses
    .filter(([status]) => /^2/.test(status))
    .sort(([one], [other]) => one.localeCompare(other));
  const [, given] = successes[0] ?? responses.find(([status]) => status === 'default') ?? [];
  if (!given) throw new Inexpressible(element, 'it describes no response of success');
  const response = document.follow(given);
  if ((response.get('content')?.entries() ?? []).length === 0) return { type: null, isNullable: true };
  const schema = jsonSchemaOf(response);
  if (!schema) throw new Inexpressible(response, 'its response is not JSON');
  const { type } = types.typed([schema], false, context);
  // A root field that is null takes nothing else with it.
  return { type, isNullable: true };
}

/** Schema of the JSON of a body; null where it is of other media types. */
function jsonSchemaOf(holder: Element): Element | null {
  const contents = holder.get('content')?.entries() ?? [];
  const [, content] =
    contents.find(([type]) => /^(?:application\/json|[^;]*\+json|\*\/\*)\s*(?:;|$)/i.test(type)) ?? [];
  return content ? (content.get('schema') ?? null) : null;
}

/** Characters that a URL cannot have, outside of expressions. */
function encodedPath(path: string): string {
  return path
    .split(/(\{[^}]*\})/)
    .map((part) => (part.startsWith('{') ? part : part.replaceAll(/[^\w\-.~!$&'()*+,;=:@/?%]/g, encodeURIComponent)))
    .join('');
}
