// Fields of objects that a mapping makes: how each is read, in one loop. Most are properties of the service's own object.
import { setProperty } from '../../json/json-values.ts';
import { NumberText } from '../../json/number-text.ts';
import type { Condition } from '../translate/collected-fields.ts';
import { runOf } from './deferred-fields.ts';
import { type Evaluate, propertyRead, type Variables } from './mapping/compile.ts';
import { kindOf, MappingFailure } from './mapping/values.ts';

export interface ObjectField {
  key: string;
  condition: Condition;
  read: Evaluate;
  /** Whether its values are texts, whatever the service sends. */
  isId: boolean;
}

/** Sets the fields in an object. */
export type SetFields = (
  object: Record<string, unknown>,
  enclosing: unknown,
  current: unknown,
  variables: Variables,
) => void;

export function compileFields(fields: readonly ObjectField[]): SetFields {
  const all = fields.map((field) => ({
    ...field,
    property: propertyRead(field.read),
    isProto: field.key === '__proto__',
  }));
  return (object, enclosing, current, variables) => {
    const source = isSource(enclosing) ? enclosing : null;
    for (const { key, condition, read, isId, property, isProto } of all) {
      if (condition !== null && !condition(runOf(variables).variables)) continue;
      const found = property !== null && source ? source[property] : read(enclosing, current, variables);
      const value = (isId && typeof found !== 'string' ? idText(found) : found) ?? null;
      if (isProto) setProperty(object, key, value);
      else object[key] = value;
    }
  };
}

function isSource(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText);
}

/** @throws MappingFailure for what is neither a text nor a number. */
export function idText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(idText);
  if (typeof value === 'number' || value instanceof NumberText) return String(value);
  if (typeof value === 'boolean') throw new MappingFailure(`an ID is a text or a number, not ${kindOf(value)}`);
  return value;
}
