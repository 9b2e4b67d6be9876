// Property accessors for one property of many objects. A function made for one name has its own inline cache, where
// code that takes the name as an argument shares one among all names: measured at a third of the time on the objects
// of a response.
import { NumberText } from '../../json/number-text.ts';
import { generateFunction } from './generated-code.ts';
import type { ResponseObject } from './response-object.ts';

/** Names that objects of a response inherit members under: all of those members are functions. */
const inherited: ReadonlySet<string> = new Set(
  [Object.prototype, NumberText.prototype].flatMap(Object.getOwnPropertyNames),
);

export type Read = (object: ResponseObject) => unknown;
export type Write = (object: ResponseObject, value: unknown) => void;

/**
 * A property of an object of a response; undefined where it is not the object's own. JSON contains no functions: a
 * function is inherited.
 * @param property a name from the schema.
 */
export function readProperty(object: ResponseObject, property: string): unknown {
  const value = object[property];
  return typeof value === 'function' ? undefined : value;
}

/** As `readProperty`. */
export function reader(property: string): Read {
  if (inherited.has(property)) return (object) => readProperty(object, property);
  return generateFunction(`return (o) => o[${JSON.stringify(property)}];`, {}) ?? ((object) => object[property]);
}

/** @param property a name from the schema, or a symbol of our own. */
export function writer(property: string | symbol): Write {
  const name = typeof property === 'symbol' ? 'property' : JSON.stringify(property);
  return (
    generateFunction(`return (o, v) => { o[${name}] = v; };`, { property }) ??
    ((object, value) => {
      object[property] = value;
    })
  );
}
