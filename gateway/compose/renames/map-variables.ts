// Renaming of variables: input fields and enum values in the variables of a client or a plan.
import { type GraphQLSchema, isInputType, type OperationDefinitionNode, typeFromAST } from 'graphql';
import { InputRenamer } from './input-values.ts';
import type { Renames } from './renames.ts';

export type Variables = Readonly<Record<string, unknown>>;

export interface VariablesMapper {
  /** Maps variables as the client sent them. */
  given(variables: Variables): Variables;
  /** Maps coerced variables: their enum values are internal ones, which do not change. */
  coerced(variables: Variables): Variables;
}

/** Mappers for the variables of operations. */
export class VariablesMappers {
  readonly #schema: GraphQLSchema;
  readonly #given: InputRenamer;
  readonly #coerced: InputRenamer;

  /** @param schema the outer schema, for which operations are valid. */
  constructor(schema: GraphQLSchema, { inputFields, values }: Renames) {
    this.#schema = schema;
    this.#given = new InputRenamer({ inputFields, values });
    this.#coerced = new InputRenamer({ inputFields, values: new Map() });
  }

  /** Null if no variable of the operation contains anything renamed. */
  of({ variableDefinitions = [] }: OperationDefinitionNode): VariablesMapper | null {
    const types = variableDefinitions.flatMap(({ variable, type: node }) => {
      const type = typeFromAST(this.#schema, node);
      return isInputType(type) && this.#given.concerns(type) ? [[variable.name.value, type] as const] : [];
    });
    if (types.length === 0) return null;
    const mapWith = (renamer: InputRenamer) => (variables: Variables) => {
      const mapped: Record<string, unknown> = { ...variables };
      for (const [name, type] of types) {
        if (Object.hasOwn(variables, name)) mapped[name] = renamer.rename(variables[name], type);
      }
      return mapped;
    };
    return { given: mapWith(this.#given), coerced: mapWith(this.#coerced) };
  }
}
