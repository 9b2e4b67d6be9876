// Generated operations: random, but the same for the same seed, and valid for their schema by construction.
import {
  type ASTNode,
  type DefinitionNode,
  DirectiveLocation,
  type DirectiveNode,
  type DocumentNode,
  doTypesOverlap,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLScalarType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  isSpecifiedDirective,
  Kind,
  type NameNode,
  OperationTypeNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  validate,
  visit,
} from 'graphql';
import { Random } from './random.ts';
import { fits, ResponseScope } from './response-scope.ts';
import { type KnownValues, Values } from './values.ts';

export interface Operation {
  document: DocumentNode;
  text: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

export interface OperationOptions {
  schema: GraphQLSchema;
  seed: number;
  knownValues: KnownValues;
  /** Mutations among the operations, from 0 to 1. */
  mutations: number;
  introspection?: boolean;
  /** Whether a field may have directives of services; all may, unless given. */
  takesDirectives?(parent: GraphQLCompositeType, field: string): boolean;
  /** Types of variables inside of literals of the scalar `JSON`; none, unless given. */
  scalarVariables?: readonly GraphQLScalarType[];
}

/** Keys that could disturb a gateway: its own names, names of other fields, names that mean something to JavaScript. */
const troublesome = ['_0', '_1', '_', 'id', 'name', 'v0', 'constructor', 'toString', 'then', 'length', '__proto__'];

/** @throws if the operation is not valid: an error in the generator. */
export function generateOperation(options: OperationOptions): Operation {
  const operation = new Generation(options).run();
  const errors = validate(options.schema, operation.document);
  // Fragments may nest lists of types deeper than GraphQL.js lets introspection go.
  if (errors.length > 0 && errors.every(({ message }) => message.startsWith('Maximum introspection depth'))) {
    return generateOperation({ ...options, seed: -options.seed, introspection: false });
  }
  if (errors.length > 0) throw new Error(`Not a valid operation: ${errors.join('; ')}\n${operation.text}`);
  return operation;
}

class Generation {
  readonly #options: OperationOptions;
  readonly #random: Random;
  readonly #values: Values;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  #fieldsLeft: number;

  constructor(options: OperationOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#values = new Values(this.#random, options.knownValues, options.scalarVariables);
    this.#fieldsLeft = this.#random.pick([4, 10, 25, 60]);
  }

  run(): Operation {
    const { schema, mutations } = this.#options;
    const mutationType = schema.getMutationType();
    const mutation = mutationType && this.#random.chance(mutations) ? mutationType : undefined;
    const root = mutation ?? schema.getQueryType();
    if (!root) throw new Error('The schema has no query type.');
    const selectionSet = this.#selectionSet(root, new ResponseScope(), this.#random.between(2, 6));
    const operation = mutation ? OperationTypeNode.MUTATION : OperationTypeNode.QUERY;
    const directives = this.#operationDirectives(operation.toUpperCase());
    const operationName = this.#random.chance(0.5) ? this.#random.pick(['Op', 'query', '_0']) : undefined;
    const definition = {
      kind: Kind.OPERATION_DEFINITION,
      operation,
      ...(operationName && { name: name(operationName) }),
      directives,
      variableDefinitions: this.#values.definitions,
      selectionSet,
    } as const;
    const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [definition, ...this.#fragments.values()] };
    return operationOf(withoutUnused(document), this.#values.given);
  }

  #selectionSet(parent: GraphQLCompositeType, scope: ResponseScope, depth: number): SelectionSetNode {
    const wanted = this.#random.between(1, 4);
    const selections: SelectionNode[] = [];
    for (let count = 0; count < wanted; count += 1) {
      const selection = this.#selection(parent, scope, depth);
      if (selection) selections.push(selection);
      if (this.#fieldsLeft <= 0) break;
    }
    if (selections.length === 0) selections.push(this.#typename(parent, scope));
    return { kind: Kind.SELECTION_SET, selections };
  }

  #selection(parent: GraphQLCompositeType, scope: ResponseScope, depth: number): SelectionNode | undefined {
    const random = this.#random;
    const likelyFragment = isObjectType(parent) ? 0.15 : 0.6;
    if (!random.chance(likelyFragment)) return this.#field(parent, scope, depth);
    if (random.chance(0.35)) return this.#spread(parent, scope, depth);
    const condition = random.chance(0.2) ? undefined : this.#condition(parent);
    return {
      kind: Kind.INLINE_FRAGMENT,
      ...(condition && { typeCondition: { kind: Kind.NAMED_TYPE, name: name(condition.name) } }),
      directives: this.#directives(),
      selectionSet: this.#selectionSet(condition ?? parent, scope, depth),
    };
  }

  /** A type that objects here may be of: the parent itself, one of its members, an interface of them. */
  #condition(parent: GraphQLCompositeType): GraphQLCompositeType {
    const { schema } = this.#options;
    const candidates = Object.values(schema.getTypeMap()).filter(
      (type): type is GraphQLCompositeType =>
        isCompositeType(type) && !type.name.startsWith('__') && doTypesOverlap(schema, type, parent),
    );
    return candidates.length === 0 ? parent : this.#random.pick(candidates);
  }

  #spread(parent: GraphQLCompositeType, scope: ResponseScope, depth: number): SelectionNode | undefined {
    const { schema } = this.#options;
    const spread = (fragment: string): SelectionNode => ({
      kind: Kind.FRAGMENT_SPREAD,
      name: name(fragment),
      directives: this.#directives(),
    });
    if (this.#fragments.size > 0 && this.#random.chance(0.6)) {
      const known = this.#random.pick([...this.#fragments.values()]);
      const type = schema.getType(known.typeCondition.name.value);
      if (!isCompositeType(type) || !doTypesOverlap(schema, type, parent)) return undefined;
      if (!fits(schema, scope, type, known.selectionSet, this.#fragments, false)) return undefined;
      fits(schema, scope, type, known.selectionSet, this.#fragments, true);
      return spread(known.name.value);
    }
    const type = this.#condition(parent);
    const selectionSet = this.#selectionSet(type, scope, depth);
    const fragment = `F${this.#fragments.size}`;
    this.#fragments.set(fragment, {
      kind: Kind.FRAGMENT_DEFINITION,
      name: name(fragment),
      typeCondition: { kind: Kind.NAMED_TYPE, name: name(type.name) },
      selectionSet,
    });
    return spread(fragment);
  }

  #field(parent: GraphQLCompositeType, scope: ResponseScope, depth: number): FieldNode | undefined {
    const { schema, introspection = true } = this.#options;
    this.#fieldsLeft -= 1;
    if (this.#random.chance(0.08) || !('getFields' in parent)) return this.#typename(parent, scope);
    if (introspection && parent === schema.getQueryType() && this.#random.chance(0.04))
      return this.#introspection(parent, scope);
    const fields = Object.values(parent.getFields()).filter(
      (field) => depth > 0 || !isCompositeType(getNamedType(field.type)),
    );
    // Again what is selected here already, so that fields merge; or anything.
    const again = fields.filter((field) => scope.keys.includes(field.name));
    const from = again.length > 0 && this.#random.chance(0.2) ? again : fields;
    if (from.length === 0) return undefined;
    return this.#selected(parent, this.#random.pick(from), scope, depth);
  }

  #selected(
    parent: GraphQLCompositeType,
    field: GraphQLField<unknown, unknown>,
    scope: ResponseScope,
    depth: number,
  ): FieldNode | undefined {
    const args = this.#values.arguments(field.args);
    const type = String(field.type);
    const directives = this.#serviceDirectives(parent, field.name);
    const bare: FieldNode = { kind: Kind.FIELD, name: name(field.name), arguments: args, directives };
    const key = this.#key(field.name, (candidate) => scope.allows(candidate, parent, bare, type));
    if (key === undefined) return undefined;
    const below = scope.claim(key, parent, bare, type);
    const named = getNamedType(field.type);
    return {
      ...bare,
      ...(key !== field.name && { alias: name(key) }),
      directives: [...directives, ...this.#directives()],
      ...(isCompositeType(named) && { selectionSet: this.#selectionSet(named, below, depth - 1) }),
    };
  }

  #key(fieldName: string, allowed: (key: string) => boolean): string | undefined {
    const random = this.#random;
    const other = random.chance(0.5) ? random.pick(troublesome) : `a${random.between(0, 9)}`;
    const candidates = random.chance(0.25) ? [other, fieldName] : [fieldName, other];
    return [...candidates, `b${random.between(0, 99)}`].find(allowed);
  }

  #typename(parent: GraphQLCompositeType, scope: ResponseScope): FieldNode {
    const bare: FieldNode = { kind: Kind.FIELD, name: name('__typename') };
    const key = this.#key('__typename', (candidate) => scope.allows(candidate, parent, bare, 'String!'));
    if (key === undefined) return { ...bare, alias: name(`t${this.#random.between(100, 1e9)}`) };
    scope.claim(key, parent, bare, 'String!');
    return { ...bare, ...(key !== '__typename' && { alias: name(key) }) };
  }

  #introspection(parent: GraphQLCompositeType, scope: ResponseScope): FieldNode | undefined {
    const { schema } = this.#options;
    const named = this.#random.chance(0.5);
    const typeName = this.#random.pick(['Query', 'Int', 'Nowhere', ...Object.keys(schema.getTypeMap())]);
    const args = [{ kind: Kind.ARGUMENT, name: name('name'), value: { kind: Kind.STRING, value: typeName } }] as const;
    const bare: FieldNode = named
      ? { kind: Kind.FIELD, name: name('__type'), arguments: args }
      : { kind: Kind.FIELD, name: name('__schema') };
    const type = named ? '__Type' : '__Schema!';
    const key = this.#key(bare.name.value, (candidate) => scope.allows(candidate, parent, bare, type));
    const meta = schema.getType(named ? '__Type' : '__Schema');
    if (key === undefined || !isObjectType(meta)) return undefined;
    const below = scope.claim(key, parent, bare, type);
    return {
      ...bare,
      ...(key !== bare.name.value && { alias: name(key) }),
      selectionSet: this.#selectionSet(meta, below, 2),
    };
  }

  /** Those of services, on the operation. */
  #operationDirectives(location: string): DirectiveNode[] {
    const own = this.#options.schema
      .getDirectives()
      .filter(({ locations }) => locations.some((each) => each === location));
    return own.flatMap((directive): DirectiveNode[] =>
      this.#random.chance(0.5)
        ? []
        : [{ kind: Kind.DIRECTIVE, name: name(directive.name), arguments: this.#values.arguments(directive.args) }],
    );
  }

  /** Those of services, on a field that a service serves. */
  #serviceDirectives(parent: GraphQLCompositeType, field: string): DirectiveNode[] {
    const { schema, takesDirectives = () => true } = this.#options;
    if (parent.name.startsWith('__') || !takesDirectives(parent, field)) return [];
    const own = schema.getDirectives().filter((directive) => !isSpecifiedDirective(directive));
    return own.flatMap((directive): DirectiveNode[] =>
      !directive.locations.includes(DirectiveLocation.FIELD) || this.#random.chance(0.92)
        ? []
        : [{ kind: Kind.DIRECTIVE, name: name(directive.name), arguments: this.#values.arguments(directive.args) }],
    );
  }

  #directives(): DirectiveNode[] {
    return (['skip', 'include'] as const).flatMap((directive): DirectiveNode[] =>
      this.#random.chance(0.93)
        ? []
        : [
            {
              kind: Kind.DIRECTIVE,
              name: name(directive),
              arguments: [{ kind: Kind.ARGUMENT, name: name('if'), value: this.#values.condition() }],
            },
          ],
    );
  }
}

/** The document's first operation, with those of these variables that it declares. */
export function operationOf(document: DocumentNode, given: Record<string, unknown>): Operation {
  const [definition] = document.definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The document does not begin with an operation.');
  const declared = (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  return {
    document,
    text: print(document),
    variables: Object.fromEntries(Object.entries(given).filter(([key]) => declared.includes(key))),
    operationName: definition.name?.value,
  };
}

/** Without fragments that nothing spreads and variables that nothing uses: these are not valid. */
export function withoutUnused(document: DocumentNode): DocumentNode {
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const variables = new Set<string>();
  const spread = new Set<string>();
  const read = (node: ASTNode) => {
    visit(node, {
      [Kind.VARIABLE_DEFINITION]: () => false,
      [Kind.VARIABLE]: (variable) => {
        variables.add(variable.name.value);
      },
      [Kind.FRAGMENT_SPREAD]: ({ name: { value } }) => {
        const fragment = fragments.get(value);
        if (spread.has(value) || !fragment) return;
        spread.add(value);
        read(fragment);
      },
    });
  };
  for (const node of document.definitions) if (node.kind === Kind.OPERATION_DEFINITION) read(node);
  return {
    ...document,
    definitions: document.definitions.flatMap((node): DefinitionNode[] => {
      if (node.kind === Kind.FRAGMENT_DEFINITION) return spread.has(node.name.value) ? [node] : [];
      if (node.kind !== Kind.OPERATION_DEFINITION) return [node];
      const used = node.variableDefinitions?.filter(({ variable }) => variables.has(variable.name.value));
      return [{ ...node, ...(used && { variableDefinitions: used }) }];
    }),
  };
}

function name(value: string): NameNode {
  return { kind: Kind.NAME, value };
}
