// Paths in messages: the field that an element of the schema stands for, by its own name or by that of `@grpcField`.
import { nearOrKnown } from '../../did-you-mean.ts';
import type { DescField, DescMessage, DescOneof } from '../../transport/grpc/descriptors.ts';

export interface MessagePath {
  /** The messages' fields on the way, without the last one. */
  parents: readonly DescField[];
  /** What the path leads to: a field, a oneof, or the message itself. */
  target: DescField | DescOneof | DescMessage;
}

/** Types of `google/protobuf/*.proto` whose JSON is no object of their fields. */
const knownTypes: ReadonlySet<string> = new Set(
  ['Timestamp', 'Duration', 'FieldMask', 'Struct', 'Value', 'ListValue', 'Any', 'Empty']
    .concat(['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map(wrapperOf))
    .map((name) => `google.protobuf.${name}`),
);

function wrapperOf(name: string): string {
  return `${name}Value`;
}

export function isKnownType({ typeName }: DescMessage): boolean {
  return knownTypes.has(typeName);
}

/** What a path leads to; a text says why it leads nowhere, and what to do. */
export function findPath(message: DescMessage, path: string): MessagePath | string {
  if (path === '.') return { parents: [], target: message };
  const names = path.split('.');
  const parents: DescField[] = [];
  let current = message;
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    const field = current.fields.find((one) => one.name === name || one.jsonName === name);
    const oneof = current.oneofs.find((one) => one.name === name || one.localName === name);
    if (isLast && (field ?? oneof)) return { parents, target: (field ?? oneof) as DescField | DescOneof };
    if (!field) {
      const known = [...current.fields, ...current.oneofs.filter((one) => one.fields.length > 1)];
      return (
        `has no field in ${current.typeName}: name one by @grpcField(path: "…"), in place of "${name}"` +
        nearOrKnown(name, [...new Set(known.map((one) => one.name))])
      );
    }
    if (field.fieldKind !== 'message' || isKnownType(field.message)) {
      return `has a path through ${current.typeName}.${field.name}, which is no single message`;
    }
    parents.push(field);
    current = field.message;
  }
  return 'has an empty path: name a field of the message';
}
