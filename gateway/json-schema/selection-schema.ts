// JSON Schema of an operation's data: aliases, lists, nullability, fragments, and the objects of unions and interfaces,
// distinct by `__typename` where it is selected.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { described, type JsonSchema, orNull, type SchemaDefinitions } from './json-schema.ts';
import { enumSchema, scalarSchema } from './scalar-schema.ts';

/** Fields in one operation's schema: fragments in fragments can multiply them without end. */
const MAX_FIELDS = 20_000;

/** What is true of every object, where the schema would be larger than that. */
const anyObject: JsonSchema = { type: 'object' };

/**
 * The schema of `data` of a complete result, which has no errors.
 * @param document valid in the schema.
 * @param schema of the client: types have the client's names.
 */
export function selectionSchema(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  definitions: SchemaDefinitions,
): JsonSchema {
  const root = schema.getRootType(operation.operation);
  if (!root) return anyObject;
  try {
    return new SelectionSchemas(document, schema, definitions).ofObject(root, [operation.selectionSet]);
  } catch (error) {
    if (error instanceof TooManyFields) return anyObject;
    throw error;
  }
}

class TooManyFields extends Error {}

/** The selections of one response key. */
interface Selected {
  nodes: FieldNode[];
  /** Whether it may be left out, by `@skip` or `@include`. */
  isOptional: boolean;
}

class SelectionSchemas {
  readonly #schema: GraphQLSchema;
  readonly #definitions: SchemaDefinitions;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  #fields = 0;

  constructor({ definitions: nodes }: DocumentNode, schema: GraphQLSchema, definitions: SchemaDefinitions) {
    this.#schema = schema;
    this.#definitions = definitions;
    this.#fragments = new Map(
      nodes.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])),
    );
  }

  ofObject(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): JsonSchema {
    const selected = new Map<string, Selected>();
    for (const set of sets) this.#collect(type, set, false, selected);
    const required = [...selected].filter(([, { isOptional }]) => !isOptional).map(([key]) => key);
    return {
      type: 'object',
      properties: Object.fromEntries([...selected].map(([key, { nodes }]) => [key, this.#ofField(type, nodes)])),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    };
  }

  #collect(type: GraphQLObjectType, set: SelectionSetNode, isOptional: boolean, into: Map<string, Selected>): void {
    for (const selection of set.selections) {
      this.#fields += 1;
      if (this.#fields > MAX_FIELDS) throw new TooManyFields();
      const optional = isOptional || isConditional(selection);
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const known = into.get(key);
        if (known) {
          known.nodes.push(selection);
          known.isOptional &&= optional;
        } else into.set(key, { nodes: [selection], isOptional: optional });
        continue;
      }
      const part = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      if (part && this.#applies(part.typeCondition?.name.value, type)) {
        this.#collect(type, part.selectionSet, optional, into);
      }
    }
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const named = this.#schema.getType(condition);
    return isAbstractType(named) && this.#schema.isSubType(named, type);
  }

  #ofField(parent: GraphQLObjectType, nodes: readonly FieldNode[]): JsonSchema {
    const name = nodes[0]?.name.value ?? '';
    if (name === '__typename') return { type: 'string', const: parent.name };
    const field = parent.getFields()[name];
    // Fields of introspection.
    if (!field) return orNull(anyObject);
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const { description, deprecationReason } = field;
    return described(this.#ofType(field.type, sets), { description, isDeprecated: deprecationReason != null });
  }

  #ofType(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): JsonSchema {
    if (isNonNullType(type)) return this.#ofNonNull(type.ofType, sets);
    return orNull(this.#ofNonNull(type, sets));
  }

  #ofNonNull(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): JsonSchema {
    if (isNonNullType(type)) return this.#ofNonNull(type.ofType, sets);
    if (isListType(type)) return { type: 'array', items: this.#ofType(type.ofType, sets) };
    if (isScalarType(type)) return scalarSchema(type);
    if (isEnumType(type)) return this.#definitions.refer(type.name, () => enumSchema(type));
    if (isObjectType(type)) return this.ofObject(type, sets);
    const possible = this.#schema.getPossibleTypes(type).map((each) => [each.name, this.ofObject(each, sets)] as const);
    return anyOfObjects(possible);
  }
}

function isConditional({ directives = [] }: SelectionSetNode['selections'][number]): boolean {
  return directives.some(({ name }) => name.value === 'skip' || name.value === 'include');
}

/** Types whose objects are the same, but for the name of their type, have one schema. */
function anyOfObjects(possible: readonly (readonly [name: string, schema: JsonSchema])[]): JsonSchema {
  const variants = new Map<string, { schema: JsonSchema; names: string[] }>();
  for (const [name, schema] of possible) {
    const key = JSON.stringify(withTypeNames(schema, []));
    const known = variants.get(key);
    if (known) known.names.push(name);
    else variants.set(key, { schema, names: [name] });
  }
  const schemas = [...variants.values()].map(({ schema, names }) => withTypeNames(schema, names));
  const [only = anyObject] = schemas;
  return schemas.length > 1 ? { anyOf: schemas } : only;
}

/** An object's schema with these names in place of the constant of its type. */
function withTypeNames(schema: JsonSchema, names: readonly string[]): JsonSchema {
  const [only] = names;
  const typeName: JsonSchema =
    names.length === 1 ? { type: 'string', const: only } : { type: 'string', enum: [...names] };
  const properties = Object.entries(schema.properties ?? {}).map(
    ([key, property]) => [key, property.const === undefined ? property : typeName] as const,
  );
  return { ...schema, properties: Object.fromEntries(properties) };
}
