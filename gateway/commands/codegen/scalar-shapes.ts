// Places of scalars with codecs in the variables and the data of an operation. The SDK, which has no schema, converts
// them by these shapes.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql';

interface Shape {
  [name: string]: string | Shape;
}

export class ScalarShapes {
  readonly #schema: GraphQLSchema;
  readonly #scalars: ReadonlySet<string>;
  readonly #inputs = new Map<string, string>();

  /** @param scalars names of those with codecs. */
  constructor(schema: GraphQLSchema, scalars: readonly string[]) {
    this.#schema = schema;
    this.#scalars = new Set(scalars);
  }

  /**
   * The TypeScript of an operation's shapes; null where it has none of the scalars.
   * @param document valid in the schema; its first definition is the operation.
   */
  print(document: DocumentNode): string | null {
    const [operation, ...fragments] = document.definitions;
    if (this.#scalars.size === 0 || operation?.kind !== Kind.OPERATION_DEFINITION) return null;
    const variables = (operation.variableDefinitions ?? []).flatMap(({ variable, type }) => {
      const known = typeFromAST(this.#schema, type) as GraphQLInputType | undefined;
      const shape = known && this.#ofInput(known);
      return shape ? [`${variable.name.value}: ${shape}`] : [];
    });
    const named = new Map(
      fragments.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])),
    );
    const data: Shape = {};
    const root = this.#schema.getRootType(operation.operation);
    if (root) this.#select(operation.selectionSet, root, named, data);
    if (variables.length === 0 && Object.keys(data).length === 0) return null;
    return `{ variables: { ${variables.join(', ')} }, data: ${printShape(data)} }`;
  }

  /** The functions of the input types that the shapes printed so far refer to. */
  printInputs(): string {
    return [...this.#inputs.values()].sort().join('\n');
  }

  /** Fields of one response name have one shape, whatever their objects are (GraphQL, section 5.3.2). */
  #select(
    { selections }: SelectionSetNode,
    parent: GraphQLNamedType,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    into: Shape,
  ): void {
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD) {
        const part = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        const type = part?.typeCondition ? this.#schema.getType(part.typeCondition.name.value) : parent;
        if (part && type) this.#select(part.selectionSet, type, fragments, into);
        continue;
      }
      if (!isObjectType(parent) && !isInterfaceType(parent)) continue;
      const type = parent.getFields()[selection.name.value]?.type;
      if (!type) continue;
      const key = (selection.alias ?? selection.name).value;
      const named = getNamedType(type);
      if (this.#scalars.has(named.name)) into[key] = `'${listOf(type)}'`;
      else if (isCompositeType(named) && selection.selectionSet) {
        const inner = typeof into[key] === 'object' ? into[key] : {};
        this.#select(selection.selectionSet, named, fragments, inner);
        if (Object.keys(inner).length > 0) into[key] = inner;
      }
    }
  }

  #ofInput(type: GraphQLInputType): string | null {
    const named = getNamedType(type);
    if (this.#scalars.has(named.name)) return `'${listOf(type)}'`;
    if (!isInputObjectType(named) || !this.#holds(named, new Set())) return null;
    const shape = `${named.name}Shape`;
    if (!this.#inputs.has(shape)) {
      this.#inputs.set(shape, '');
      const fields = Object.values(named.getFields()).flatMap((field) => {
        const inner = this.#ofInput(field.type);
        return inner ? [`${field.name}: ${inner}`] : [];
      });
      this.#inputs.set(shape, `function ${shape}(): Shape {\n  return { ${fields.join(', ')} };\n}\n`);
    }
    return shape;
  }

  #holds(type: GraphQLNamedType, seen: Set<GraphQLNamedType>): boolean {
    if (this.#scalars.has(type.name)) return true;
    if (!isInputObjectType(type) || seen.has(type)) return false;
    seen.add(type);
    return Object.values(type.getFields()).some((field) => this.#holds(getNamedType(field.type), seen));
  }
}

/** `[BigInt]` for `[BigInt!]!`. */
function listOf(type: GraphQLInputType | GraphQLOutputType): string {
  return String(type).replaceAll('!', '');
}

function printShape(shape: Shape): string {
  const entries = Object.entries(shape).map(
    ([name, inner]) => `${name}: ${typeof inner === 'string' ? inner : printShape(inner)}`,
  );
  return `{ ${entries.join(', ')} }`;
}
