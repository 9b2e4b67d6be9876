// Null variables: a nullable client variable can stand where null is not allowed, if that place or the variable has a
// default (GraphQL specification, section 5.8.5). A null value of it is then an error of the field (section 6.4.1),
// or, in the condition of `@skip`, `@include` or `@defer`, of the field whose selection depends on it. Such fields are not
// fetched.
import {
  type ASTNode,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { operationError } from '../errors.ts';
import { StepBudget } from '../planner/step-budget.ts';
import type { DeniedField } from '../query-plan/denied-fields.ts';
import { FaultWalk, type Owner } from './fault-walk.ts';

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

/** A variable where null is not allowed, and the error if it is null. */
interface NonNullUse {
  variable: string;
  message: string;
}

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
