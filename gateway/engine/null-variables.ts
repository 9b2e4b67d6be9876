// Null variables: a nullable client variable can stand where null is not allowed, if that place or the variable has a
// default (GraphQL specification, section 5.8.5). A null value of it is then an error of the field (section 6.4.1),
// or, in the condition of `@skip` or `@include`, of the field whose selection depends on it. Such fields are not
// fetched.

import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { errorExtensions, operationError } from '../errors.ts';
import { fragmentsOf } from '../fragments.ts';
import { StepBudget } from '../planner/step-budget.ts';
import { type DeniedField, fieldAtPath } from '../query-plan/denied-fields.ts';

/** The fields and data that null variables make impossible. */
export interface NullFaults {
  /** Fields that are null, by their places. */
  fields: ReadonlyMap<string, DeniedField>;
  /** The error that makes all of the response's data null; null where there is none. */
  whole: GraphQLError | null;
}

export interface NullVariablesOptions {
  /** As the client wrote it, valid for `clientSchema`. */
  clientDocument: DocumentNode;
  clientSchema: GraphQLSchema;
  /** The same in the graph's names, node by node. */
  document: DocumentNode;
  operation: OperationDefinitionNode;
  schema: GraphQLSchema;
  /** Steps that detecting the faults of one choice of nulls may take. */
  maxSteps: number;
}

/** A node with arguments: a field or a directive. */
type Owner = FieldNode | DirectiveNode;

/** A variable where null is not allowed, and the error if it is null. */
interface NonNullUse {
  variable: string;
  message: string;
}

const extensions = errorExtensions('BAD_USER_INPUT');

export class NullVariables {
  /** Nullable client variables that stand where null is not allowed. */
  readonly names: readonly string[];
  readonly #options: NullVariablesOptions;
  readonly #uses = new Map<ASTNode, NonNullUse[]>();

  constructor(options: NullVariablesOptions) {
    const { clientDocument, clientSchema, document, operation } = options;
    this.#options = options;
    const inGraph = ownersIn(document);
    const inClient = ownersIn(clientDocument);
    const nullable = new Set(
      (operation.variableDefinitions ?? [])
        .filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE)
        .map(({ variable }) => variable.name.value),
    );
    const found = nonNullUses(clientDocument, clientSchema);
    const names = new Set<string>();
    for (const [index, owner] of inClient.entries()) {
      const uses = found.get(owner)?.filter(({ variable }) => nullable.has(variable)) ?? [];
      for (const { variable } of uses) names.add(variable);
      if (uses.length > 0) this.#uses.set(inGraph[index] as Owner, uses);
    }
    this.names = [...names];
  }

  /**
   * @param isNull whether a client variable is null.
   * @param conditions the values of the variables in `@skip` and `@include`.
   * @throws OperationTooComplex
   */
  faults(isNull: (variable: string) => boolean, conditions: Readonly<Record<string, boolean>>): NullFaults {
    const { document, operation, schema, maxSteps } = this.#options;
    const faultOf = (owner: Owner) => this.#uses.get(owner)?.find(({ variable }) => isNull(variable))?.message;
    const walk = new FaultWalk(schema, document, conditions, faultOf, new StepBudget(maxSteps));
    walk.operation(operation);
    const { fields, whole } = walk;
    return { fields, whole: whole === null ? null : operationError('BAD_USER_INPUT', { message: whole }) };
  }
}

/** Collects the places of an operation's faults. */
class FaultWalk {
  readonly fields = new Map<string, DeniedField>();
  whole: string | null = null;
  readonly #schema: GraphQLSchema;
  readonly #conditions: Readonly<Record<string, boolean>>;
  readonly #faultOf: (owner: Owner) => string | undefined;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The object types of a type's name. */
  readonly #possibleTypes = new Map<string, ReadonlySet<string>>();
  readonly #steps: StepBudget;

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    conditions: Readonly<Record<string, boolean>>,
    faultOf: (owner: Owner) => string | undefined,
    steps: StepBudget,
  ) {
    this.#steps = steps;
    this.#schema = schema;
    this.#conditions = conditions;
    this.#faultOf = faultOf;
    this.#fragments = fragmentsOf(document);
  }

  operation({ operation, selectionSet, directives = [] }: OperationDefinitionNode): void {
    const root = this.#schema.getRootType(operation);
    this.whole = this.#firstFault(directives);
    if (root && this.whole === null) this.#selections(selectionSet, [root.name], [], null);
  }

  /**
   * @param types the object types that may stand here.
   * @param enclosing the places of the field that this is selected from; null at the root.
   */
  #selections(
    { selections }: SelectionSetNode,
    types: readonly string[],
    path: readonly string[],
    enclosing: readonly string[] | null,
  ): void {
    for (const selection of selections) {
      this.#steps.spend(1 + types.length);
      if (types.length === 0 || this.whole !== null) return;
      const included = this.#isIncluded(selection);
      if (typeof included === 'string') this.#deny(enclosing, included);
      else if (included) this.#selection(selection, types, path, enclosing);
    }
  }

  #selection(
    selection: SelectionNode,
    types: readonly string[],
    path: readonly string[],
    enclosing: readonly string[] | null,
  ): void {
    if (selection.kind === Kind.FIELD) {
      const fieldPath = [...path, (selection.alias ?? selection.name).value];
      const places = types.map((type) => fieldAtPath(`${type}.${selection.name.value}`, fieldPath));
      const fault = this.#faultOf(selection) ?? this.#firstFault(selection.directives ?? []);
      if (fault) this.#deny(places, fault);
      else if (selection.selectionSet) {
        this.#selections(selection.selectionSet, this.#typesOf(selection, types), fieldPath, places);
      }
      return;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
    if (!fragment) return;
    const narrowed = this.#narrowed(types, fragment.typeCondition?.name.value);
    this.#selections(fragment.selectionSet, narrowed, path, enclosing);
  }

  #deny(places: readonly string[] | null, message: string): void {
    if (places === null) this.whole ??= message;
    else for (const place of places) this.fields.set(place, { message, extensions });
  }

  #firstFault(directives: readonly DirectiveNode[]): string | null {
    for (const directive of directives) {
      const fault = this.#faultOf(directive);
      if (fault) return fault;
    }
    return null;
  }

  /** A string is the fault of its condition. `@skip` comes first, as in the specification's CollectFields. */
  #isIncluded({ directives = [] }: SelectionNode): boolean | string {
    for (const name of ['skip', 'include']) {
      const directive = directives.find((candidate) => candidate.name.value === name);
      const value = directive?.arguments?.[0]?.value;
      if (!directive || !value) continue;
      const fault = this.#faultOf(directive);
      if (fault) return fault;
      const holds =
        value.kind === Kind.VARIABLE
          ? this.#conditions[value.name.value] === true
          : value.kind === Kind.BOOLEAN && value.value;
      if (holds === (name === 'skip')) return false;
    }
    return true;
  }

  /** The object types that a field of any of these types returns. */
  #typesOf({ name }: FieldNode, types: readonly string[]): string[] {
    const found = new Set<string>();
    for (const each of types) {
      const type = this.#schema.getType(each);
      const field = isObjectType(type) ? type.getFields()[name.value] : undefined;
      const possible = this.#possible(field && getNamedType(field.type).name);
      this.#steps.spend(possible.size);
      for (const name of possible) found.add(name);
    }
    return [...found];
  }

  #narrowed(types: readonly string[], condition: string | undefined): readonly string[] {
    if (condition === undefined) return types;
    const possible = this.#possible(condition);
    return types.filter((type) => possible.has(type));
  }

  #possible(name: string | undefined): ReadonlySet<string> {
    if (name === undefined) return new Set();
    let possible = this.#possibleTypes.get(name);
    if (!possible) {
      const type = this.#schema.getType(name);
      const types = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type].filter(isObjectType);
      possible = new Set(types.map((each) => each.name));
      this.#possibleTypes.set(name, possible);
    }
    return possible;
  }
}

/** Fields and directives in the order of the document. */
function ownersIn(document: DocumentNode): Owner[] {
  const owners: Owner[] = [];
  const add = (node: Owner) => {
    owners.push(node);
  };
  visit(document, { [Kind.FIELD]: add, [Kind.DIRECTIVE]: add });
  return owners;
}

/** Variables in the arguments of fields and directives where null is not allowed. */
function nonNullUses(document: DocumentNode, schema: GraphQLSchema): Map<Owner, NonNullUse[]> {
  const found = new Map<Owner, NonNullUse[]>();
  const owners: Owner[] = [];
  const enter = (node: Owner) => {
    owners.push(node);
  };
  const leave = () => {
    owners.pop();
  };
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      [Kind.VARIABLE_DEFINITION]: () => false,
      [Kind.FIELD]: { enter, leave },
      [Kind.DIRECTIVE]: { enter, leave },
      [Kind.VARIABLE]: ({ name: { value: variable } }) => {
        const type = typeInfo.getInputType();
        const argument = typeInfo.getArgument();
        const owner = owners.at(-1);
        if (!owner || !argument || !isNonNullType(type)) return;
        const place = type === argument.type ? `Argument "${argument.name}"` : `A value in argument "${argument.name}"`;
        const message = `${place} of non-null type "${type}" must not be null; variable "$${variable}" is null.`;
        found.set(owner, [...(found.get(owner) ?? []), { variable, message }]);
      },
    }),
  );
  return found;
}
