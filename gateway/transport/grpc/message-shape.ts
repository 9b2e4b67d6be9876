// Shape of a message by the JSON mapping of protobuf: its fields have the values of JSON names, from which those of the
// schema's fields are read.
import {
  type FieldShape,
  JsonShape,
  propertyReader,
  type ReadField,
  type ValueShape,
} from '../translate/value-shape.ts';
import { hasUnreadable, Unreadable } from './message-json.ts';

/** A field of a message, as the types of the schema have it. */
export interface MessageField {
  /** JSON names on the way to the value; none for the message itself. */
  names: readonly string[];
  /** Converts what is there; null where it stays as it is. Absent values are null before. */
  convert: ((value: unknown) => unknown) | null;
  shape: ValueShape;
}

export class MessageShape implements ValueShape {
  readonly #fields = new Map<string, FieldShape>();

  add(name: string, { names, convert, shape }: MessageField): void {
    const found = pathReader(names);
    // What is composite has errors where its parts are read.
    const isLeaf = shape instanceof JsonShape;
    const read: ReadField = (object, errors) => {
      const value = found(object, errors) ?? null;
      if (typeof value === 'object' && hasUnreadable(value) && (isLeaf || value instanceof Unreadable)) {
        return errors.fail('The value cannot be represented here.');
      }
      return value === null || !convert ? value : convert(value);
    };
    this.#fields.set(name, { read, shape });
  }

  field(type: string, name: string): FieldShape {
    const field = this.#fields.get(name);
    if (!field) throw new Error(`The message of ${type} has no field ${name}.`);
    return field;
  }

  typeOf(): null {
    return null;
  }
}

/** Reads the value at the end of the path; undefined where a message on the way is absent. */
export function pathReader(names: readonly string[]): ReadField {
  const [name, ...rest] = names;
  if (name === undefined) return (object) => object;
  const read = propertyReader(name);
  if (rest.length === 0) return read;
  const further = pathReader(rest);
  return (object, errors) => {
    const next = read(object, errors);
    return typeof next === 'object' && next !== null ? further(next, errors) : undefined;
  };
}

/** A member of a oneof, as the value of an interface or union. */
interface Member {
  /** JSON name of the member. */
  name: string;
  value: unknown;
}

/** Shape of values whose type depends on which of several messages is there. */
export abstract class ChoiceShape<Choice extends object> implements ValueShape {
  readonly #types = new Map<string, { type: string; shape: ValueShape }>();
  readonly #shapes = new Map<string, ValueShape>();

  /** @param key of the choice: the member's JSON name, or the message's name. */
  add(key: string, type: string, shape: ValueShape): void {
    this.#types.set(key, { type, shape });
    this.#shapes.set(type, shape);
  }

  typeOf(_type: string, value: object): string | null {
    return this.#types.get(this.keyOf(value as Choice))?.type ?? null;
  }

  field(type: string, name: string): FieldShape {
    const shape = this.#shapes.get(type);
    if (!shape) throw new Error(`There is no message of ${type}.`);
    const { read, shape: inner } = shape.field(type, name);
    return { read: (choice, errors) => read(this.messageOf(choice as Choice), errors), shape: inner };
  }

  protected abstract keyOf(choice: Choice): string;

  protected abstract messageOf(choice: Choice): object;
}

export class OneofShape extends ChoiceShape<Member> {
  protected override keyOf({ name }: Member): string {
    return name;
  }

  protected override messageOf({ value }: Member): object {
    return value as object;
  }
}

/** The member that is set; null for none. @param names JSON names of the members. */
export function memberReader(names: readonly string[]): (message: unknown) => Member | null {
  return (message) => {
    for (const name of names) {
      const value = (message as Record<string, unknown>)[name];
      if (value !== undefined && Object.hasOwn(message as object, name)) return { name, value };
    }
    return null;
  };
}

/** Messages of `google.protobuf.Any`, whose JSON names their types by URL. */
export class AnyShape extends ChoiceShape<{ '@type'?: unknown }> {
  protected override keyOf({ '@type': url }: { '@type'?: unknown }): string {
    return typeof url === 'string' ? url.slice(url.lastIndexOf('/') + 1) : '';
  }

  protected override messageOf(value: object): object {
    return value;
  }
}
