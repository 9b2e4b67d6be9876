// Variables of an operation: coerced to the types that it declares, and in the form in which services get them.
import {
  type GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  isInputType,
  type NamedTypeNode,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import type { VariablesMapper } from '../compose/renames/map-variables.ts';
import { requestError } from '../errors.ts';
import { ownProperties } from '../json/own-properties.ts';
import { coercedValue } from '../planner/literal-text.ts';
import { readNumbers } from './number-variables.ts';
import { withSuggestions } from './suggestions.ts';

export interface OperationVariablesOptions {
  /** In the graph's names. */
  operation: OperationDefinitionNode;
  /** As the client wrote it, in the names of `schema`. */
  declared: OperationDefinitionNode;
  /** The client's schema. */
  schema: GraphQLSchema;
  /** The graph, whose names `operation` has. */
  graph: GraphQLSchema;
  /** Maps variables to the graph's names, where a view has others; null where nothing in them differs. */
  mapVariables: VariablesMapper | null;
  /**
   * Whether input fields are named like members of every JavaScript object, which graphql-js reads from variables.
   */
  hasInheritedNames: boolean;
  /** Whether errors leave out names of the schema. */
  hideSuggestions: boolean;
}

export type CoercedVariables =
  | {
      values: Readonly<Record<string, unknown>>;
      /** Those to send to services: as the client sent them, with numbers as the types of their positions take them. */
      given: Readonly<Record<string, unknown>>;
    }
  | { errors: readonly GraphQLError[] };

export class OperationVariables {
  readonly #options: OperationVariablesOptions;

  constructor(options: OperationVariablesOptions) {
    this.#options = options;
  }

  /** The variables as the operation declares them (specification section 6.1.2), or their errors. */
  coerce(given: Readonly<Record<string, unknown>>): CoercedVariables {
    const { schema, declared, hideSuggestions, mapVariables, hasInheritedNames } = this.#options;
    const definitions = declared.variableDefinitions;
    if (!definitions || definitions.length === 0) return { values: {}, given };
    const numbers = readNumbers(schema, definitions, given);
    const read = hasInheritedNames ? ownProperties(numbers) : numbers;
    const { coerced, errors } = withSuggestions(
      schema,
      hideSuggestions,
      (hidden) => getVariableValues(schema, definitions, read, { maxErrors: 50, hideSuggestions: hidden }),
      (found) => found.errors,
    );
    if (errors) return { errors: errors.map(badInput) };
    return mapVariables
      ? { values: mapVariables.coerced(coerced), given: mapVariables.given(read) }
      : { values: coerced, given: read };
  }

  /** Those of a request's variables that the operation declares: the response depends on no others. */
  declaredOf(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const declared: Record<string, unknown> = Object.create(null);
    for (const { variable } of this.#options.declared.variableDefinitions ?? []) {
      const { value: name } = variable.name;
      if (Object.hasOwn(given, name)) declared[name] = given[name];
    }
    return declared;
  }

  /** A request's variables with some of them coerced, in the form in which clients send them. */
  withCoerced(given: Readonly<Record<string, unknown>>, names: readonly string[]): Readonly<Record<string, unknown>> {
    if (names.length === 0) return given;
    const { schema, graph, operation, declared, mapVariables } = this.#options;
    // Mapped variables have the graph's names.
    const [typed, definitions] = mapVariables ? [graph, operation] : [schema, declared];
    const variables = { ...given };
    for (const { variable, type } of definitions.variableDefinitions ?? []) {
      const { value: name } = variable.name;
      const inputType = typeFromAST(typed, type as NamedTypeNode);
      if (names.includes(name) && Object.hasOwn(given, name) && isInputType(inputType)) {
        variables[name] = coercedValue(given[name], inputType);
      }
    }
    return variables;
  }
}

function badInput({ message, nodes, extensions }: GraphQLError): GraphQLError {
  return requestError('BAD_USER_INPUT', { message, nodes, details: extensions });
}
