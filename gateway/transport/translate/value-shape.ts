// Shape of a service's values: where the properties of an object type's fields are in them. JSON values have properties of
// the fields' names; other formats have shapes of their own.

/** Takes errors about parts of a value. */
export interface FieldErrors {
  /** Records an error about the value that is being read, which becomes null. @returns null */
  fail(message: string): null;
}

/** Reads the value of one field of an object; undefined and null are both null. */
export type ReadField = (object: object, errors: FieldErrors) => unknown;

export interface FieldShape {
  read: ReadField;
  /** Shape of the field's value, or of the items of its lists, where its type is composite. */
  shape: ValueShape;
}

export interface ValueShape {
  /** Called once for each selected field, when a document is compiled. */
  field(type: string, name: string): FieldShape;
  /**
   * Name of the object type of a value whose type is an interface or a union; null where it cannot be determined.
   * @param type name of the interface or union.
   */
  typeOf(type: string, value: object): string | null;
}

/** A property of its own of an object from outside: a field may be called `__proto__` or `constructor`. */
export function propertyReader(name: string): ReadField {
  if (name in Object.prototype) {
    return (object) => (Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined);
  }
  return (object) => (object as Record<string, unknown>)[name];
}

/** Shape of JSON values whose objects have properties of the names of the schema's fields. */
export class JsonShape implements ValueShape {
  readonly typeOf: ValueShape['typeOf'];

  /** @param typeOf by default, the text of the property `__typename`. */
  constructor(typeOf: ValueShape['typeOf'] = typeNameIn) {
    this.typeOf = typeOf;
  }

  field(_type: string, name: string): FieldShape {
    return { read: propertyReader(name), shape: this };
  }
}

function typeNameIn(_type: string, value: object): string | null {
  const { __typename: name } = value as { __typename?: unknown };
  return typeof name === 'string' ? name : null;
}
