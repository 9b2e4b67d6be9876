// JSON of messages by the mapping of protobuf. A part that has none, such as a `google.protobuf.Any` of a type that the
// descriptors lack, is marked: the fields that are made from it are errors, and no others.
import type { DescField, DescMessage, FileRegistry, Message } from '@bufbuild/protobuf';
import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { setProperty } from '../../json/json-values.ts';
import { protobuf, reflection } from './packages.ts';

/** Property of objects and lists with a part that has no JSON. */
const isMarked = Symbol('unreadable');

/** In place of a part that has no JSON. */
export class Unreadable {
  readonly [isMarked] = true;
}

/** Whether a value has a part that has no JSON. */
export function hasUnreadable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && isMarked in value;
}

/** @param registry has the types of `google.protobuf.Any`. */
export function messageJson(desc: DescMessage, message: Message, registry: FileRegistry): unknown {
  try {
    return plainJson(desc, message, registry);
  } catch {
    return markedJson(desc, message, registry);
  }
}

function plainJson(desc: DescMessage, message: Message, registry: FileRegistry): unknown {
  return protobuf().toJson(desc, message, { alwaysEmitImplicit: true, registry });
}

function markedJson(desc: DescMessage, message: Message, registry: FileRegistry): unknown {
  if (desc.typeName.startsWith('google.protobuf.')) return new Unreadable();
  const { create } = protobuf();
  const all = reflection().reflect(desc, message);
  const json = plainJson(desc, create(desc), registry) as Record<string, unknown>;
  for (const field of desc.fields) {
    if (!all.isSet(field)) continue;
    const value = fieldJson(field, all, registry);
    setProperty(json, field.jsonName, value);
    if (hasUnreadable(value)) mark(json);
  }
  return json;
}

function fieldJson(field: DescField, all: ReflectMessage, registry: FileRegistry): unknown {
  const read = ({ desc, message }: ReflectMessage) => messageJson(desc, message, registry);
  if (field.fieldKind === 'message') return read(all.get(field));
  if (field.fieldKind === 'list' && field.listKind === 'message') {
    const items = [...all.get(field)].map((item) => read(item as ReflectMessage));
    return items.some(hasUnreadable) ? mark(items) : items;
  }
  if (field.fieldKind === 'map' && field.mapKind === 'message') {
    const entries: Record<string, unknown> = {};
    for (const [key, value] of all.get(field)) setProperty(entries, String(key), read(value as ReflectMessage));
    return Object.values(entries).some(hasUnreadable) ? mark(entries) : entries;
  }
  const { create } = protobuf();
  const alone = reflection().reflect(all.desc, create(all.desc));
  alone.set(field, all.get(field));
  try {
    return (plainJson(all.desc, alone.message, registry) as Record<string, unknown>)[field.jsonName];
  } catch {
    return new Unreadable();
  }
}

function mark<Container extends object>(container: Container): Container {
  return Object.defineProperty(container, isMarked, { value: true });
}
