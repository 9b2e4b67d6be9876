// Literals of a document as JSON, with the numbers in the text in which they are written.
import { type GraphQLInputType, isInputObjectType, isListType, isNonNullType, Kind, type ValueNode } from 'graphql';
import { defaultLiteral } from '../compose/default-literals.ts';
import { parseJson } from '../json/parse-json.ts';
import type { ValueTemplate } from '../query-plan/value-template.ts';

/**
 * A literal as a template: JSON text as far as it has no variables in it.
 * @param ofVariable the template for a variable.
 */
export function literalTemplate(node: ValueNode, ofVariable: (name: string) => ValueTemplate): ValueTemplate {
  switch (node.kind) {
    case Kind.VARIABLE:
      return ofVariable(node.name.value);
    case Kind.INT:
    case Kind.FLOAT:
      // The grammar of numbers is that of JSON.
      return node.value;
    case Kind.NULL:
      return 'null';
    case Kind.LIST: {
      const list = node.values.map((value) => literalTemplate(value, ofVariable));
      return isText(list) ? `[${list.join()}]` : { list };
    }
    case Kind.OBJECT: {
      const fields = node.fields.map(({ name, value }): [string, ValueTemplate] => [
        name.value,
        literalTemplate(value, ofVariable),
      ]);
      const texts = fields.map(([, value]) => value);
      if (!isText(texts)) return { fields };
      return `{${fields.map(([name], index) => `${JSON.stringify(name)}:${texts[index]}`).join()}}`;
    }
    default:
      return JSON.stringify(node.value);
  }
}

function isText(templates: readonly ValueTemplate[]): templates is string[] {
  return templates.every((template) => typeof template === 'string');
}

/** A literal without variables, coerced to its type (GraphQL specification, section 3.10 and following). */
export function coercedLiteral(node: ValueNode, type: GraphQLInputType): ValueNode {
  if (isNonNullType(type)) return coercedLiteral(node, type.ofType);
  if (node.kind === Kind.NULL) return node;
  if (isListType(type)) {
    const values = node.kind === Kind.LIST ? node.values : [node];
    return { kind: Kind.LIST, values: values.map((value) => coercedLiteral(value, type.ofType)) };
  }
  if (type.name === 'ID' && node.kind === Kind.INT) return { kind: Kind.STRING, value: node.value };
  if (!isInputObjectType(type) || node.kind !== Kind.OBJECT) return node;
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const given = node.fields.find(({ name }) => name.value === field.name)?.value;
    const value = given ? coercedLiteral(given, field.type) : defaultLiteral(field);
    return value ? [{ kind: Kind.OBJECT_FIELD as const, name: nameNode(field.name), value }] : [];
  });
  return { ...node, fields };
}

/**
 * A valid variable's value, coerced to its type, in the form in which clients send it: single items become lists, ids
 * strings, and missing fields of an input object have their defaults. Leaves stay as they came.
 */
export function coercedValue(value: unknown, type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return coercedValue(value, type.ofType);
  if (value === null || value === undefined) return value;
  if (isListType(type)) {
    return (Array.isArray(value) ? value : [value]).map((item) => coercedValue(item, type.ofType));
  }
  if (type.name === 'ID') return String(value);
  if (!isInputObjectType(type)) return value;
  const given = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.values(type.getFields()).flatMap((field) => {
      const item = Object.hasOwn(given, field.name) ? given[field.name] : undefined;
      if (item !== undefined) return [[field.name, coercedValue(item, field.type)]];
      const literal = defaultLiteral(field);
      return literal ? [[field.name, parseJson(literalTemplate(literal, () => 'null') as string)]] : [];
    }),
  );
}

function nameNode(value: string) {
  return { kind: Kind.NAME as const, value };
}
