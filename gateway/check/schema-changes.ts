// Differences between two schemas, with their severity for clients of the first.
import { type Change, ChangeType, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { defaultText, holdsCustomScalar, setExactDefaults } from '../compose/default-literals.ts';
import { printExactly } from '../compose/graph-sdl.ts';
import { inputValuesOf } from '../compose/schema-elements.ts';

export type ChangeLevel = 'breaking' | 'dangerous' | 'safe';

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
  /** How it breaks documents that stay valid; null if it does not. */
  unnoticed: Unnoticed | null;
  /** Whether the change is one of a default value. */
  isDefault: boolean;
  /** Whether the change is one of a description. */
  isDescription: boolean;
}

/** In a response: a field returns another type. In a variable: its value may no longer be accepted. */
export type Unnoticed = 'response' | 'variable';

const levels: Record<CriticalityLevel, ChangeLevel> = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
};

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

const unnoticed: Record<string, Unnoticed> = {
  [ChangeType.FieldTypeChanged]: 'response',
  [ChangeType.InputFieldAdded]: 'variable',
  [ChangeType.InputFieldRemoved]: 'variable',
  [ChangeType.InputFieldTypeChanged]: 'variable',
  [ChangeType.EnumValueRemoved]: 'variable',
};

/** The most severe first. */
export const changeLevels: readonly ChangeLevel[] = ['breaking', 'dangerous', 'safe'];

/** The changes as clients see them, the most severe first, then by coordinate. Elements of new types are not listed. */
export async function diffSchemas(before: GraphQLSchema, after: GraphQLSchema): Promise<SchemaChange[]> {
  // Through their SDL: clients do not see directives of subgraphs and nodes of files.
  const changes = (await diff(plain(before), plain(after))).filter(({ type }) => !type.startsWith('DIRECTIVE_USAGE_'));
  const added = changes
    .filter(({ type }) => type === ChangeType.TypeAdded || type === ChangeType.FieldAdded)
    .map(({ path }) => `${path}.`);
  return changes
    .filter(({ path }) => !added.some((parent) => path?.startsWith(parent)))
    .map(describe)
    .sort(
      (a, b) =>
        changeLevels.indexOf(a.level) - changeLevels.indexOf(b.level) ||
        (a.coordinate < b.coordinate ? -1 : Number(a.coordinate > b.coordinate)),
    );
}

function describe({ type, path, message, criticality }: Change): SchemaChange {
  const coordinate = coordinateOf(type, path);
  const level = levels[criticality.level];
  return {
    coordinate,
    concerns: additions.has(type) ? parentOf(coordinate) : coordinate,
    level,
    message,
    unnoticed: level === 'breaking' ? (unnoticed[type] ?? null) : null,
    isDefault: type.endsWith('_DEFAULT_CHANGED') || type.endsWith('_DEFAULT_VALUE_CHANGED'),
    isDescription: /_DESCRIPTION_(ADDED|CHANGED|REMOVED)$/.test(type),
  };
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
