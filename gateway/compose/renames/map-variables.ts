// Variables of an operation under other names: fields of inputs and values of enums in what a client or a plan gives.
import { type GraphQLSchema, isInputType, type OperationDefinitionNode, typeFromAST } from 'graphql';
import { InputRenamer } from './input-values.ts';
import type { Renames } from './renames.ts';

export type Variables = Readonly<Record<string, unknown>>;

export interface VariablesMapper {
  /** Maps variables as they came. */
  given(variables: Variables): Variables;
  /** Maps variables as they were coerced: values of enums are internal ones, which do not change. */
  coerced(variables: Variables): Variables;
}

/** Makes the mappers of operations. */
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

  /** Null where no variable of the operation has a name that differs. */
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
