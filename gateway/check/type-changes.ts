// Changes of types and their effect on documents and variables, by the rules of coercion
// (https://spec.graphql.org/draft/#sec-Input-Values): wider than "another type is a breaking change", and narrower.
import { type Change, ChangeType, CriticalityLevel } from '@graphql-inspector/core';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNamedType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql';

export type ChangeLevel = 'breaking' | 'dangerous' | 'safe';

/**
 * How a change breaks documents that stay valid. `response`: a field returns another type; `variable`: the value of a
 * variable of an input type may no longer be accepted; `null`: an explicit null in a variable no longer is.
 */
export type Unnoticed = 'response' | 'variable' | 'null';

export interface Assessment {
  level: ChangeLevel;
  unnoticed: readonly Unnoticed[];
}

const levels: Record<CriticalityLevel, ChangeLevel> = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
};

const ofVariables = new Set<string>([
  ChangeType.InputFieldAdded,
  ChangeType.InputFieldRemoved,
  ChangeType.EnumValueRemoved,
]);

/** The level of a change, and how documents that stay valid are affected. */
export function assess({ type, path, criticality }: Change, before: GraphQLSchema, after: GraphQLSchema): Assessment {
  const level = levels[criticality.level];
  const [old, next] = [elementAt(before, path), elementAt(after, path)];
  switch (type) {
    case ChangeType.FieldTypeChanged:
      if (level !== 'breaking') break;
      if (isSafeOutput(old.output, next.output, after)) return { level: 'dangerous', unnoticed: [] };
      return { level, unnoticed: ['response'] };
    case ChangeType.FieldArgumentTypeChanged:
    case ChangeType.InputFieldTypeChanged: {
      if (level !== 'breaking') break;
      if (isSafeInput(old.input?.type, next.input?.type)) return { level: 'dangerous', unnoticed: [] };
      const forbidsNull =
        !isNonNullType(old.input?.type) && isNonNullType(next.input?.type) && next.input?.defaultValue !== undefined;
      const inVariables = type === ChangeType.InputFieldTypeChanged ? (['variable'] as const) : [];
      return { level, unnoticed: forbidsNull ? [...inVariables, 'null'] : inVariables };
    }
    case ChangeType.InputFieldDefaultValueChanged:
    case ChangeType.FieldArgumentDefaultChanged: {
      const isRequired = isNonNullType(next.input?.type) && next.input?.defaultValue === undefined;
      if (!isRequired || old.input?.defaultValue === undefined) break;
      // For an argument, validation has it.
      return { level: 'breaking', unnoticed: type === ChangeType.InputFieldDefaultValueChanged ? ['variable'] : [] };
    }
    case ChangeType.TypeKindChanged:
      return { level, unnoticed: kindChange(old.type, next.type) };
  }
  return { level, unnoticed: level === 'breaking' && ofVariables.has(type) ? ['variable'] : [] };
}

/** Selections decide for objects, interfaces and unions. Any value of an enum is one of a scalar, but not in responses. */
function kindChange(old: GraphQLNamedType | undefined, next: GraphQLNamedType | undefined): readonly Unnoticed[] {
  if (isCompositeType(old) && isCompositeType(next)) return [];
  if (isEnumType(old) && isScalarType(next)) return ['response'];
  return ['response', 'variable'];
}

interface Element {
  type?: GraphQLNamedType | undefined;
  output?: GraphQLOutputType | undefined;
  input?: GraphQLArgument | GraphQLInputField | undefined;
}

/** @param path `Type`, `Type.field` or `Type.field.argument`, as the comparison writes it. */
function elementAt(schema: GraphQLSchema, path = ''): Element {
  const [typeName = '', member = '', argument] = path.split('.');
  const type = schema.getType(typeName);
  if (isInputObjectType(type)) return { type, input: type.getFields()[member] };
  if (!isObjectType(type) && !isInterfaceType(type)) return { type };
  const field: GraphQLField<unknown, unknown> | undefined = type.getFields()[member];
  return { type, output: field?.type, input: field?.args.find(({ name }) => name === argument) };
}

/** By a scalar: others whose values are among its own, as the JSON that clients get. */
const sameJson: Record<string, readonly string[]> = { ID: ['String'], String: ['ID'], Float: ['Int'] };

/** Whether every response by the new type is one by the old type. */
function isSafeOutput(
  old: GraphQLOutputType | undefined,
  next: GraphQLOutputType | undefined,
  after: GraphQLSchema,
): boolean {
  if (!old || !next) return false;
  if (isNonNullType(old)) return isNonNullType(next) && isSafeOutput(old.ofType, next.ofType, after);
  if (isNonNullType(next)) return isSafeOutput(old, next.ofType, after);
  if (isListType(old)) return isListType(next) && isSafeOutput(old.ofType, next.ofType, after);
  if (isListType(next)) return false;
  if (old.name === next.name || sameJson[old.name]?.includes(next.name)) return true;
  const above = after.getType(old.name);
  const below = after.getType(next.name);
  const isMember = isObjectType(below) || isInterfaceType(below);
  return isAbstractType(above) && isMember && after.isSubType(above, below);
}

/** By a scalar: those whose values, as JSON and as literals, it accepts too (3.5.2, 3.5.5). */
const accepted: Record<string, readonly string[]> = { Float: ['Int'], ID: ['Int', 'String'] };

/** Whether every value for the old type is accepted for the new type: also one item for a list (3.11). */
function isSafeInput(old: GraphQLInputType | undefined, next: GraphQLInputType | undefined): boolean {
  if (!old || !next) return false;
  if (isNonNullType(next)) return isNonNullType(old) && isSafeInput(old.ofType, next.ofType);
  if (isNonNullType(old)) return isSafeInput(old.ofType, next);
  if (isListType(old)) return isListType(next) && isSafeInput(old.ofType, next.ofType);
  if (isListType(next)) return isSafeInput(old, withoutNonNull(next.ofType));
  return old.name === next.name || (accepted[next.name]?.includes(old.name) ?? false);
}

/** The item of a list that a value which is no list, and not null, becomes. */
function withoutNonNull(item: GraphQLInputType): GraphQLInputType {
  return isNonNullType(item) && isNamedType(item.ofType) ? item.ofType : item;
}
