// Key object: an object with the key's fields, from which the arguments of a lookup field are made. It inherits
// nothing: an input that is left out is undefined, even if it is called `toString`.

/** A class, because V8 makes objects with the prototype null slow dictionaries. */
class KeyObject {}
Object.setPrototypeOf(KeyObject.prototype, null);
Reflect.deleteProperty(KeyObject.prototype, 'constructor');

/** @param type set as `__typename`. */
export function keyObjectOf(type?: string): Record<string, unknown> {
  const object = new KeyObject() as Record<string, unknown>;
  if (type !== undefined) object.__typename = type;
  return object;
}
