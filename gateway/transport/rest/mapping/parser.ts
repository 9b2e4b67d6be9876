// Parser of mappings and of their expressions: a text into its syntax tree.
import { MappingParser, requireSelections } from './mapping-parser.ts';
import { type Expression, type Mapping, MappingError } from './syntax.ts';

/** Characters of one mapping. */
export const MAX_MAPPING_LENGTH = 100_000;

/**
 * Parses a whole mapping, such as that of a selection or of a body.
 * @throws MappingError
 */
export function parseMapping(text: string): Mapping {
  if (text.length > MAX_MAPPING_LENGTH) {
    throw new MappingError(`it is longer than ${MAX_MAPPING_LENGTH} characters`, MAX_MAPPING_LENGTH);
  }
  const parser = new MappingParser(text);
  const fields = parser.fields(null);
  const [only] = fields;
  if (!only) throw new MappingError('it is empty: select at least one property, or "$" for the whole value', 0);
  // A single path without a name is the value itself.
  if (fields.length === 1 && only.name === null) return { kind: 'value', value: only.value };
  requireSelections(fields);
  return { kind: 'fields', selection: { fields, offset: 0 } };
}

/**
 * Parses the expression that begins at an offset, such as one in braces of a URL.
 * @returns the expression, and the offset after it and the white space that follows it.
 * @throws MappingError
 */
export function parseExpressionAt(text: string, offset: number): { expression: Expression; end: number } {
  const parser = new MappingParser(text, offset);
  const expression = parser.expression();
  return { expression, end: parser.end() };
}
