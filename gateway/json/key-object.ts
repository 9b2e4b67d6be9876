// Key object: an object with the key's fields, from which a lookup's arguments are made. It inherits nothing: an input that is
// left out is left out, though it be called `toString`.

/** A class, since an object made with the prototype null is a slow dictionary to V8. */
class KeyObject {}
Object.setPrototypeOf(KeyObject.prototype, null);
Reflect.deleteProperty(KeyObject.prototype, 'constructor');

/** @param type put on it as `__typename` */
export function keyObjectOf(type?: string): Record<string, unknown> {
  const object = new KeyObject() as Record<string, unknown>;
  if (type !== undefined) object.__typename = type;
  return object;
}
