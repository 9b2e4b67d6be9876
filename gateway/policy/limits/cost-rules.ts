// Cost rules of the subgraphs' SDL, by the directives of the GraphQL cost specification
// (https://ibm.github.io/graphql-specs/cost-spec.html). `cost.ts` computes costs by them.
import { type ConstDirectiveNode, type GraphQLSchema, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { ComposeError } from '../../compose/compose-error.ts';
import { type Described, declaredDirectives, directiveArguments } from '../../compose/declared-directives.ts';

export interface ListSize {
  /** Length of the list without a slicing argument; null where the directive does not declare it. */
  assumedSize: number | null;
  /** Arguments with the length of the list, such as `first`, or `filter.max` inside one. Empty for the default ones. */
  slicingArguments: readonly string[];
  /** Fields of the returned object whose lists have this length, such as `edges`. */
  sizedFields: readonly string[];
  /** Whether one of the slicing arguments is required; false without any. */
  requireOneSlicingArgument: boolean;
}

/** Weights by coordinate; they may be negative or have a fraction. */
export interface CostRules {
  /** By `Type.field`. */
  fields: ReadonlyMap<string, number>;
  /** By `Type.field(argument:)`. */
  arguments: ReadonlyMap<string, number>;
  /** By `Input.field`. */
  inputFields: ReadonlyMap<string, number>;
  /** By the name of an object type, scalar or enum. */
  types: ReadonlyMap<string, number>;
  /** By `Type.field`. */
  lists: ReadonlyMap<string, ListSize>;
}

/**
 * Reads `@cost` and `@listSize`. Where subgraphs differ, the highest weight and size apply, and all arguments and
 * fields that any of them names.
 * @param schemas the subgraphs' schemas with the AST nodes of their SDL.
 * @throws ComposeError with the coordinate of each invalid directive.
 */
export function readCostRules(schemas: readonly GraphQLSchema[]): CostRules {
  const reader = new CostReader();
  for (const schema of schemas) reader.read(schema);
  return reader.rules();
}

class CostReader {
  readonly #fields = new Map<string, number>();
  readonly #arguments = new Map<string, number>();
  readonly #inputFields = new Map<string, number>();
  readonly #types = new Map<string, number>();
  readonly #lists = new Map<string, ListSize>();
  readonly #problems = new Set<string>();

  read(schema: GraphQLSchema): void {
    for (const type of Object.values(schema.getTypeMap())) {
      this.#weigh(this.#types, type.name, type);
      if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields())) {
          this.#weigh(this.#inputFields, `${type.name}.${field.name}`, field);
        }
      }
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        const coordinate = `${type.name}.${field.name}`;
        this.#weigh(this.#fields, coordinate, field);
        for (const argument of field.args) {
          this.#weigh(this.#arguments, `${coordinate}(${argument.name}:)`, argument);
        }
        for (const directive of declaredDirectives(field, 'listSize')) this.#size(coordinate, directive);
      }
    }
  }

  rules(): CostRules {
    if (this.#problems.size > 0) throw new ComposeError([...this.#problems]);
    return {
      fields: this.#fields,
      arguments: this.#arguments,
      inputFields: this.#inputFields,
      types: this.#types,
      lists: this.#lists,
    };
  }

  #weigh(weights: Map<string, number>, coordinate: string, described: Described): void {
    for (const directive of declaredDirectives(described, 'cost')) {
      const { weight } = directiveArguments(directive);
      // A string in the cost specification, an integer in Apollo Federation.
      const written = typeof weight === 'number' || (typeof weight === 'string' && weight.trim() !== '');
      const number = written ? Number(weight) : Number.NaN;
      if (!Number.isFinite(number)) {
        this.#problems.add(`${coordinate}: @cost requires a weight that is a number in quotes, such as "2.5"`);
        continue;
      }
      weights.set(coordinate, Math.max(number, weights.get(coordinate) ?? number));
    }
  }

  #size(coordinate: string, directive: ConstDirectiveNode): void {
    const {
      assumedSize = null,
      slicingArguments,
      sizedFields,
      requireOneSlicingArgument,
    } = directiveArguments(directive);
    if (assumedSize !== null && !(Number.isSafeInteger(assumedSize) && (assumedSize as number) >= 0)) {
      this.#problems.add(`${coordinate}: @listSize requires an assumedSize that is a whole number, such as 20`);
      return;
    }
    const known = this.#lists.get(coordinate);
    const slicing = namesIn(slicingArguments);
    this.#lists.set(coordinate, {
      assumedSize: highest(known?.assumedSize ?? null, assumedSize as number | null),
      slicingArguments: [...new Set([...(known?.slicingArguments ?? []), ...slicing])],
      sizedFields: [...new Set([...(known?.sizedFields ?? []), ...namesIn(sizedFields)])],
      requireOneSlicingArgument:
        known?.requireOneSlicingArgument === true || (slicing.length > 0 && requireOneSlicingArgument !== false),
    });
  }
}

function highest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}

/** GraphQL takes a single value for a list of one. */
function namesIn(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((name) => typeof name === 'string');
}
