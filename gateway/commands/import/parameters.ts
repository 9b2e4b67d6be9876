// Parameters of an operation: their types and the styles in which lists are written (OpenAPI 3.1.1, section 4.8.12).
import { typeName } from './graphql-names.ts';
import { describe, type ImportedTypes, identified, type TypeReference } from './imported-types.ts';
import { type Element, Inexpressible } from './openapi-document.ts';

export interface ConnectedParameter {
  name: string;
  place: 'path' | 'query' | 'header';
  type: TypeReference;
  isNullable: boolean;
  description: string | null;
  isDeprecated: boolean;
  /** Between the items of a list; null for a single value, and for a list whose items are parameters of their own. */
  separator: string | null;
  /** Whether a list becomes several parameters of the same name. */
  isRepeated: boolean;
}

/** Header fields that other parts of a document describe; parameters of these names are ignored (section 4.8.12). */
const described = ['accept', 'content-type', 'authorization'];
/** Header fields of the connection. */
const ofConnection = /^(?:connection|host|content-length|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*)$/;

const separators: Readonly<Record<string, string>> = {
  simple: ',',
  form: ',',
  spaceDelimited: ' ',
  pipeDelimited: '|',
};

/**
 * Null for a parameter that is to be ignored.
 * @throws Inexpressible
 */
export function parameterOf(element: Element, types: ImportedTypes, context: string): ConnectedParameter | null {
  const name = element.text('name') as string;
  const place = element.text('in');
  if (place === 'header' && described.includes(name.toLowerCase())) return null;
  if (place !== 'path' && place !== 'query' && place !== 'header') {
    throw new Inexpressible(element, `parameters in "${place}" are not sent`);
  }
  if (place === 'header' && (ofConnection.test(name.toLowerCase()) || !/^[\w!#$%&'*+.^`|~-]+$/.test(name))) {
    throw new Inexpressible(element, 'this header field cannot be sent');
  }
  const schema = element.get('schema');
  if (!schema) throw new Inexpressible(element, 'it has no schema');
  const { type, shape } = types.typed([schema], true, `${context}${typeName(name)}`);
  const item = type.kind === 'list' ? type.item : type;
  if (item.kind === 'object' || item.kind === 'list' || (item.kind === 'scalar' && item.name === 'JSON')) {
    throw new Inexpressible(schema, 'objects and lists of lists are no values of parameters');
  }
  const style = element.text('style') ?? (place === 'query' ? 'form' : 'simple');
  const isExploded = element.get('explode')?.value ?? style === 'form';
  const separator = separators[style];
  if (separator === undefined || (isExploded && type.kind === 'list' && /Delimited$/.test(style))) {
    throw new Inexpressible(element, `the style "${style}" is not supported here`);
  }
  const isList = type.kind === 'list';
  const isRepeated = isList && style === 'form' && isExploded === true;
  return {
    ...{ name, place, type: identified(type, name), isRepeated, separator: isList && !isRepeated ? separator : null },
    isNullable: place !== 'path' && (shape.isNullable || !element.is('required')),
    description: element.text('description') ?? describe(shape, type),
    isDeprecated: element.is('deprecated') || shape.isDeprecated,
  };
}
