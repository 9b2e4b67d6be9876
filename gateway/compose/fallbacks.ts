// Fallbacks: the values that `@fallback` declares for fields whose subgraph is down. They are checked against the types of
// their fields in the graph, so that a response with one is valid.
import type { MergedTypeConfig, SubschemaConfig } from '@graphql-tools/delegate';
import { parseSelectionSet } from '@graphql-tools/utils';
import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  isCompositeType,
  isEnumType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isSpecifiedScalarType,
  Kind,
  print,
} from 'graphql';
import { ComposeError } from './compose-error.ts';
import { coordinatesRead } from './computed-inputs.ts';
import { declaredDirectives } from './declared-directives.ts';
import { literalValue } from './exact-literals.ts';
import { memberCoordinate } from './schema-elements.ts';
import { type FieldHolder, fieldIn } from './source-directives.ts';

/** JSON values by coordinate `Type.field`; what an interface declares applies to its types as well. */
export type Fallbacks = ReadonlyMap<string, unknown>;

/** A schema that declares fallbacks. */
export interface FallbackSource {
  schema: GraphQLSchema;
  /** Whether the gateway executes its fields itself: none of them is ever down. */
  isLocal?: boolean;
}

/** A value that is not one of its type: the reason. */
class Invalid {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/**
 * Reads the fallbacks of a graph.
 * @param schema the graph, as clients see it.
 * @param sources the subgraphs' schemas, with the nodes of their SDL.
 * @param subschemas with the keys of their types, which have no fallbacks.
 * @returns null where there are none.
 * @throws ComposeError for values that do not fit, with their coordinates.
 */
export function readFallbacks(
  schema: GraphQLSchema,
  sources: readonly FallbackSource[],
  subschemas: readonly SubschemaConfig[],
): Fallbacks | null {
  if (!sources.some((source) => source.schema.getDirective('fallback'))) return null;
  const fallbacks = new Map<string, unknown>();
  const problems: string[] = [];
  let keys: ReadonlySet<string> | undefined;
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || !('getFields' in type)) continue;
    for (const { name } of Object.values(type.getFields())) {
      const field = fieldIn(type, name);
      if (!field) continue;
      const holder = type as FieldHolder;
      const declared = declaredOn(holder, name, sources);
      if (declared.length === 0) continue;
      keys ??= keyFields(schema, subschemas);
      const coordinate = memberCoordinate(type.name, name);
      const value = fallbackOf(schema, holder, field, declared, keys.has(coordinate));
      if (value instanceof Invalid) problems.push(`${coordinate}: ${value.reason}`);
      else fallbacks.set(coordinate, value);
    }
  }
  if (problems.length > 0) throw new ComposeError(problems);
  return fallbacks.size > 0 ? fallbacks : null;
}

interface Declared {
  directive: ConstDirectiveNode;
  isLocal: boolean;
}

/** The directives on the field of the type; where there are none, those on the field in its interfaces. */
function declaredOn(type: FieldHolder, field: string, sources: readonly FallbackSource[]): Declared[] {
  const on = (typeName: string) =>
    sources.flatMap(({ schema, isLocal = false }) =>
      declaredDirectives(fieldIn(schema.getType(typeName), field), 'fallback').map((directive) => ({
        directive,
        isLocal,
      })),
    );
  const own = on(type.name);
  return own.length > 0 ? own : type.getInterfaces().flatMap(({ name }) => on(name));
}

function fallbackOf(
  schema: GraphQLSchema,
  type: FieldHolder,
  field: GraphQLField<unknown, unknown>,
  declared: readonly Declared[],
  isKey: boolean,
): unknown {
  if (isKey) return new Invalid('@fallback is on a field of a key, which identifies objects: remove it');
  if (type === schema.getMutationType()) {
    return new Invalid('@fallback on a mutation would hide that it has failed: put it on fields of its result');
  }
  if (type === schema.getSubscriptionType()) {
    return new Invalid(
      '@fallback on a subscription has no effect, since there is no event: put it on fields of the event',
    );
  }
  if (declared.some(({ isLocal }) => isLocal)) {
    return new Invalid('@fallback has no effect on a field that the gateway resolves itself: remove it');
  }
  const texts = [...new Set(declared.map(({ directive }) => print(directive)))];
  const [first] = declared as [Declared];
  if (texts.length > 1) return new Invalid(`subgraphs declare several fallbacks, ${texts.join(' and ')}: declare one`);
  const literal = first.directive.arguments?.find(({ name }) => name.value === 'value')?.value;
  if (!literal)
    return new Invalid('@fallback has no value: write @fallback(value: null), or another value of the type');
  const value = jsonValue(literal, field.type);
  return value instanceof Invalid
    ? new Invalid(`${print(first.directive)}: ${print(literal)} ${value.reason}; the field is ${field.type}`)
    : value;
}

/** The JSON value of a literal, as responses have it. */
function jsonValue(literal: ConstValueNode, type: GraphQLOutputType): unknown {
  if (isNonNullType(type)) {
    return literal.kind === Kind.NULL
      ? new Invalid('is not possible, since it is not nullable')
      : jsonValue(literal, type.ofType);
  }
  if (literal.kind === Kind.NULL) return null;
  if (isListType(type)) {
    if (literal.kind !== Kind.LIST) return new Invalid('is no list');
    const items = literal.values.map((item) => jsonValue(item, type.ofType));
    return items.find((item) => item instanceof Invalid) ?? items;
  }
  if (isCompositeType(type)) {
    return new Invalid(`is no value for objects: they would have an identity that no ${type.name} has; use null or []`);
  }
  if (isEnumType(type)) {
    const isValue = literal.kind === Kind.ENUM && type.getValue(literal.value) !== undefined;
    return isValue ? literal.value : new Invalid(`is no value of ${type.name} that clients see`);
  }
  if (!isSpecifiedScalarType(type))
    return literalValue(literal, null, { number: (number) => number, name: (name) => name });
  try {
    return type.serialize(type.parseLiteral(literal));
  } catch {
    return new Invalid(`is no ${type.name}`);
  }
}

/** Coordinates of the fields that identify objects, in any subgraph. */
function keyFields(schema: GraphQLSchema, subschemas: readonly SubschemaConfig[]): ReadonlySet<string> {
  const fieldNamed = (type: string, name: string) => fieldIn(schema.getType(type), name);
  return new Set(
    subschemas.flatMap(({ merge = {} }) =>
      Object.entries(merge).flatMap(([type, config]) =>
        keysOf(config).flatMap((key) =>
          coordinatesRead(type, parseSelectionSet(key, { noLocation: true }), fieldNamed),
        ),
      ),
    ),
  );
}

function keysOf(config: MergedTypeConfig): string[] {
  return (config.entryPoints ?? [config]).flatMap(({ selectionSet }) => selectionSet ?? []);
}
