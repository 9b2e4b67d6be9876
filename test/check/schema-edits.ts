// Edits of a schema's definitions, each of one kind, at a random place in the definition.
import {
  type DefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  parseType,
  print,
  type TypeNode,
} from 'graphql';
import type { Random } from './shuffled.ts';

type Member = FieldDefinitionNode | InputValueDefinitionNode;
/** Chooses among the places of an edit. */
export interface Places {
  random: Random;
  /** The items in a random order, often those first that operations use. @param above the coordinate that they are in. */
  order<Item extends { name: { value: string } }>(above: string, items: readonly Item[]): Item[];
}

/** The edited definition; null or undefined where the edit does not apply. */
export type Edit = (definition: DefinitionNode, places: Places) => DefinitionNode | null | undefined;

const named = (value: string): TypeNode => parseType(value, { noLocation: true });
const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const;
const inputValue = (text: string): InputValueDefinitionNode => {
  const [type] = parse(`input X { ${text} }`, { noLocation: true }).definitions;
  return (type as unknown as { fields: InputValueDefinitionNode[] }).fields[0] as InputValueDefinitionNode;
};
const directive = (text: string) => {
  const [type] = parse(`scalar X ${text}`, { noLocation: true }).definitions;
  return (type as unknown as { directives: FieldDefinitionNode['directives'] }).directives ?? [];
};

/** Edits one of the fields, or input fields, that satisfies `where`; null removes it. */
function ofField(
  kinds: readonly Kind[],
  edit: (field: Member, above: string, places: Places) => Member | null | undefined,
): Edit {
  return (definition, places) => {
    if (!kinds.includes(definition.kind) || !('fields' in definition)) return undefined;
    const fields = (definition.fields ?? []) as readonly Member[];
    const above = definition.name.value;
    for (const field of places.order(above, fields)) {
      const edited = edit(field, above, places);
      if (edited === undefined) continue;
      const next = fields.flatMap((one) => (one === field ? (edited ?? []) : one));
      return next.length === 0 ? undefined : ({ ...definition, fields: next } as DefinitionNode);
    }
    return undefined;
  };
}

const output = [Kind.OBJECT_TYPE_DEFINITION, Kind.INTERFACE_TYPE_DEFINITION];
const input = [Kind.INPUT_OBJECT_TYPE_DEFINITION];
const typeText = ({ type }: Member) => print(type);

const typed = (edit: (type: string, field: Member) => string | undefined) => (field: Member) => {
  const text = edit(typeText(field), field);
  return text === undefined ? undefined : { ...field, type: named(text) };
};
const required = (type: string) => (type.endsWith('!') ? undefined : `${type}!`);
const optional = (type: string) => (type.endsWith('!') ? type.slice(0, -1) : undefined);

/** Edits one of the arguments of a field. */
function ofArgument(edit: (argument: Member) => Member | null | undefined): Edit {
  return ofField(output, (field, above, places) => {
    if (!('arguments' in field)) return undefined;
    for (const argument of places.order(`${above}.${field.name.value}`, field.arguments ?? [])) {
      const edited = edit(argument);
      if (edited === undefined) continue;
      const next = (field.arguments ?? []).flatMap((one) =>
        one === argument ? ((edited as InputValueDefinitionNode | null) ?? []) : one,
      );
      return { ...field, arguments: next };
    }
    return undefined;
  });
}

const withArgument = (text: string): Edit =>
  ofField(output, (field) =>
    'arguments' in field ? { ...field, arguments: [...(field.arguments ?? []), inputValue(text)] } : undefined,
  );
const withDirective = (text: string): Edit =>
  ofField(output, (field) => ({ ...field, directives: [...(field.directives ?? []), ...directive(text)] }) as Member);

/** By kind. */
export const edits: Record<string, Edit> = {
  'field removed': ofField(output, () => null),
  'field nullable': ofField(output, typed(optional)),
  'field not nullable': ofField(output, typed(required)),
  'field to list': ofField(
    output,
    typed((type) => (/^\w+!?$/.test(type) ? `[${type}]` : undefined)),
  ),
  'Int to Float': ofField(
    output,
    typed((type) => (/^Int!?$/.test(type) ? type.replace('Int', 'Float') : undefined)),
  ),
  'String to ID': ofField(
    output,
    typed((type) => (/^String!?$/.test(type) ? type.replace('String', 'ID') : undefined)),
  ),
  'String to Int': ofField(
    output,
    typed((type) => (/^String!?$/.test(type) ? type.replace('String', 'Int') : undefined)),
  ),
  'optional argument added': withArgument('added: Int'),
  'required argument added': withArgument('added: Int!'),
  'required argument with default added': withArgument('added: Int! = 3'),
  'argument removed': ofArgument(() => null),
  'argument required': ofArgument(typed(required)),
  'argument optional': ofArgument(typed(optional)),
  'argument to list': ofArgument(typed((type) => (/^\w+!?$/.test(type) ? `[${type}]` : undefined))),
  'argument Int to Float': ofArgument(
    typed((type) => (/^Int!?$/.test(type) ? type.replace('Int', 'Float') : undefined)),
  ),
  'argument String to Int': ofArgument(
    typed((type) => (/^String!?$/.test(type) ? type.replace('String', 'Int') : undefined)),
  ),
  'argument default removed': ofArgument(({ defaultValue, ...argument }: Member & { defaultValue?: unknown }) =>
    defaultValue === undefined ? undefined : (argument as Member),
  ),
  'input field removed': ofField(input, () => null),
  'input field required': ofField(input, typed(required)),
  'input field optional': ofField(input, typed(optional)),
  'input Int to Float': ofField(
    input,
    typed((type) => (/^Int!?$/.test(type) ? type.replace('Int', 'Float') : undefined)),
  ),
  'input String to Int': ofField(
    input,
    typed((type) => (/^String!?$/.test(type) ? type.replace('String', 'Int') : undefined)),
  ),
  'required input field added': addTo(input, 'added: Int!'),
  'optional input field added': addTo(input, 'added: Int'),
  'enum value removed': ofList(Kind.ENUM_TYPE_DEFINITION, 'values', 2),
  'union member removed': ofList(Kind.UNION_TYPE_DEFINITION, 'types', 2),
  'interface left': ofList(Kind.OBJECT_TYPE_DEFINITION, 'interfaces', 1),
  'enum value added': (definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION
      ? {
          ...definition,
          values: [...(definition.values ?? []), { kind: Kind.ENUM_VALUE_DEFINITION, name: nameNode('ADDED_VALUE') }],
        }
      : undefined,
  'scopes of a field': withDirective('@requiresScopes(scopes: [["a"]])'),
  'sign-in of a field': withDirective('@authenticated'),
  'cost beyond the limit': withDirective('@cost(weight: "900000")'),
  'rate limit': withDirective('@rateLimit(limit: 1, duration: 3600)'),
  deprecated: withDirective('@deprecated(reason: "a")'),
  description: ofField(
    output,
    (field) => ({ ...field, description: { kind: Kind.STRING, value: 'Other.' } }) as Member,
  ),
  'sign-in of a type': (definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION
      ? { ...definition, directives: [...(definition.directives ?? []), ...directive('@authenticated')] as never }
      : undefined,
};

function addTo(kinds: readonly Kind[], text: string): Edit {
  return (definition) =>
    kinds.includes(definition.kind) && 'fields' in definition
      ? ({ ...definition, fields: [...(definition.fields ?? []), inputValue(text)] } as DefinitionNode)
      : undefined;
}

/** Removes one item of a list that leaves so many minus one. */
function ofList(kind: Kind, list: 'values' | 'types' | 'interfaces', least: number): Edit {
  return (definition, { random }) => {
    if (definition.kind !== kind) return undefined;
    const items = (Reflect.get(definition, list) as readonly unknown[] | undefined) ?? [];
    if (items.length < least) return undefined;
    const removed = Math.floor(random() * items.length);
    return { ...definition, [list]: items.filter((_, index) => index !== removed) } as DefinitionNode;
  };
}
