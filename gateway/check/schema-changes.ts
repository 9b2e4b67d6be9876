// Differences between two schemas, with their severity for clients of the first.
import { type Change, ChangeType, diff } from '@graphql-inspector/core';
import { buildSchema, type GraphQLSchema, isInputObjectType } from 'graphql';
import { defaultText, holdsCustomScalar, setExactDefaults } from '../compose/default-literals.ts';
import { DEFER } from '../compose/defer-directive.ts';
import { printExactly } from '../compose/graph-sdl.ts';
import { inputValuesOf } from '../compose/schema-elements.ts';
import { assess, type ChangeLevel, type Unnoticed } from './type-changes.ts';

export type { ChangeLevel };

export interface SchemaChange {
  /**
   * The changed element: `Product.rating`, `Query.products(first:)`, `Category.AUDIO`, `Money`, `@directive`; `schema`
   * for the root types.
   */
  coordinate: string;
  /** The coordinate whose uses are affected; for a new required element, the coordinate that it was added to. */
  concerns: string;
  level: ChangeLevel;
  message: string;
  /** How it breaks documents that stay valid; empty if it does not. */
  unnoticed: readonly Unnoticed[];
  /** Whether the change is one of a default value. */
  isDefault: boolean;
  /** Whether the change is one of a description. */
  isDescription: boolean;
}

const ofArguments = new Set<string>([
  ChangeType.FieldArgumentAdded,
  ChangeType.FieldArgumentRemoved,
  ChangeType.FieldArgumentTypeChanged,
  ChangeType.FieldArgumentDefaultChanged,
  ChangeType.FieldArgumentDescriptionChanged,
]);

const additions = new Set<string>([
  ChangeType.FieldArgumentAdded,
  ChangeType.InputFieldAdded,
  ChangeType.EnumValueAdded,
]);

/** The most severe first. */
export const changeLevels: readonly ChangeLevel[] = ['breaking', 'dangerous', 'safe'];

/** The changes as clients see them, the most severe first, then by coordinate. Elements of new types are not listed. */
export async function diffSchemas(before: GraphQLSchema, after: GraphQLSchema): Promise<SchemaChange[]> {
  // Through their SDL: clients do not see directives of subgraphs and nodes of files.
  const [old, next] = [plain(before), plain(after)];
  const changes = (await diff(old, next)).filter(
    (change) => !change.type.startsWith('DIRECTIVE_USAGE_') && !isOwn(change),
  );
  const isAddition = ({ type }: Change) => type === ChangeType.TypeAdded || type === ChangeType.FieldAdded;
  const added = new Set(changes.filter(isAddition).map(({ path }) => path));
  // What is added has its description and its parts with it.
  const isPart = (change: Change) => {
    const names = change.path?.split('.') ?? [];
    const around = names.map((_, index) => names.slice(0, index + 1).join('.'));
    return (isAddition(change) ? around.slice(0, -1) : around).some((path) => added.has(path));
  };
  const listed = changes.filter((change) => !isPart(change)).map((change) => describe(change, old, next));
  return sortChanges([...listed, ...inputDeprecations(old, next), ...exclusiveInputs(old, next)]);
}

/** Whether it is one of `@defer`, which every graph has, and texts of schemas may lack. */
function isOwn({ path = '' }: Change): boolean {
  return path.split('.')[0] === `@${DEFER}`;
}

/** The most severe first, then by coordinate. */
export function sortChanges(changes: readonly SchemaChange[]): SchemaChange[] {
  return changes.toSorted(
    (a, b) =>
      changeLevels.indexOf(a.level) - changeLevels.indexOf(b.level) ||
      (a.coordinate < b.coordinate ? -1 : Number(a.coordinate > b.coordinate)),
  );
}

/** A change of one element, other than of a default or a description. */
export function changeOf(
  coordinate: string,
  level: ChangeLevel,
  message: string,
  unnoticed: readonly Unnoticed[] = [],
): SchemaChange {
  return { coordinate, concerns: coordinate, level, message, unnoticed, isDefault: false, isDescription: false };
}

function describe(change: Change, old: GraphQLSchema, next: GraphQLSchema): SchemaChange {
  const { type, path, message } = change;
  const coordinate = coordinateOf(type, path);
  return {
    coordinate,
    concerns: additions.has(type) ? parentOf(coordinate) : coordinate,
    message,
    ...assess(change, old, next),
    isDefault: type.endsWith('_DEFAULT_CHANGED') || type.endsWith('_DEFAULT_VALUE_CHANGED'),
    isDescription: /_DESCRIPTION_(ADDED|CHANGED|REMOVED)$/.test(type),
  };
}

/** Deprecations of arguments and input fields, which the comparison leaves out. */
function inputDeprecations(old: GraphQLSchema, next: GraphQLSchema): SchemaChange[] {
  const before = new Map(inputValuesOf(old).map(({ coordinate, node }) => [coordinate, node.deprecationReason]));
  return inputValuesOf(next).flatMap(({ coordinate, node: { deprecationReason: reason } }) => {
    if (reason == null || !before.has(coordinate) || before.get(coordinate) === reason) return [];
    return changeOf(coordinate, 'safe', `${coordinate} is deprecated: ${reason}`);
  });
}

/** Input objects of which exactly one field may be given from now on. */
function exclusiveInputs(old: GraphQLSchema, next: GraphQLSchema): SchemaChange[] {
  return Object.values(next.getTypeMap()).flatMap((type) => {
    const was = old.getType(type.name);
    if (!isInputObjectType(type) || !isInputObjectType(was) || !type.isOneOf || was.isOneOf) return [];
    const message = `Exactly one field of '${type.name}' has to be given (@oneOf)`;
    return changeOf(type.name, 'breaking', message, ['variable']);
  });
}

function coordinateOf(type: string, path: string | undefined): string {
  if (path === undefined) return 'schema';
  if (!ofArguments.has(type)) return path;
  const [typeName, field, argument] = path.split('.');
  return `${typeName}.${field}(${argument}:)`;
}

function parentOf(coordinate: string): string {
  const bracket = coordinate.indexOf('(');
  return coordinate.slice(0, bracket < 0 ? coordinate.lastIndexOf('.') : bracket);
}

function plain(schema: GraphQLSchema): GraphQLSchema {
  const plain = buildSchema(printExactly(schema), { assumeValid: true });
  setExactDefaults(plain, [plain]);
  for (const { node } of inputValuesOf(plain)) {
    const text = holdsCustomScalar(node.type) ? defaultText(node) : null;
    if (text !== null) node.defaultValue = new ComparableDefault(text);
  }
  return plain;
}

/** A default that the comparison, made for JavaScript values, compares and shows as text. */
class ComparableDefault {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Called by `object-inspect`. */
  inspect(): string {
    return this.text;
  }
}
