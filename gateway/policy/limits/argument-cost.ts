// Cost of a field's arguments: their own weights, and those of their contents. Only given arguments count, and only
// types with weights are examined.
import {
  type ArgumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isInputObjectType,
  Kind,
  type ValueNode,
} from 'graphql';
import type { StepBudget } from '../../planner/step-budget.ts';
import type { ArgumentValues } from './argument-values.ts';
import type { CostExpr, CostProgram } from './cost-program.ts';
import { clampToSafeInteger } from './measure.ts';
import type { FieldWeights, Weights } from './weights.ts';

type Field = GraphQLField<unknown, unknown>;

export class ArgumentCosts {
  readonly #program: CostProgram;
  readonly #weights: Weights;
  readonly #values: ArgumentValues;
  readonly #steps: StepBudget;

  constructor(program: CostProgram, weights: Weights, values: ArgumentValues, steps: StepBudget) {
    this.#steps = steps;
    this.#program = program;
    this.#weights = weights;
    this.#values = values;
  }

  of({ arguments: given }: FieldNode, type: GraphQLObjectType, definition: Field): CostExpr {
    if (!given || given.length === 0) return 0;
    const weights = this.#weights.field(type, definition);
    return this.#program.sum(given.map((argument) => this.#argument(argument, definition, weights)));
  }

  #argument({ name, value }: ArgumentNode, definition: Field, weights: FieldWeights): CostExpr {
    const argument = definition.args.find((each) => each.name === name.value);
    return argument ? this.#given(value, argument.type, weights.arguments.get(argument.name) ?? 0) : 0;
  }

  /** Cost of a value given for an argument, or for a field of an input object, with its contents. */
  #given(node: ValueNode, type: GraphQLInputType, weight: number): CostExpr {
    const inside = this.#weights.weighsInside(type);
    this.#steps.spend();
    if (weight === 0 && !inside) return 0;
    if (node.kind === Kind.VARIABLE) {
      const name = node.name.value;
      return this.#program.input(`value $${name} ${weight} ${type}`, (variables) => {
        const value = this.#values.variable(name, variables);
        return value === undefined ? 0 : weight + this.#inside(value, type);
      });
    }
    return this.#program.sum([weight, inside ? this.#literal(node, type) : 0]);
  }

  #literal(node: ValueNode, type: GraphQLInputType): CostExpr {
    if (node.kind === Kind.LIST) this.#steps.spend(node.values.length);
    if (node.kind === Kind.LIST) return this.#program.sum(node.values.map((item) => this.#item(item, type)));
    const named = getNamedType(type);
    if (node.kind !== Kind.OBJECT || !isInputObjectType(named)) return 0;
    const fields = named.getFields();
    return this.#program.sum(
      node.fields.map(({ name, value }) => {
        const field = fields[name.value];
        if (!field) return 0;
        return this.#given(value, field.type, this.#weights.inputField(named.name, field.name, field.type));
      }),
    );
  }

  #item(node: ValueNode, type: GraphQLInputType): CostExpr {
    return node.kind === Kind.VARIABLE ? this.#given(node, type, 0) : this.#literal(node, type);
  }

  /** Cost of the contents of a variable's value; its depth is bounded by that of the request. */
  #inside(value: unknown, type: GraphQLInputType): number {
    if (typeof value !== 'object' || value === null || !this.#weights.weighsInside(type)) return 0;
    let total = 0;
    if (Array.isArray(value)) {
      for (const item of value) total = clampToSafeInteger(total + this.#inside(item, type));
      return total;
    }
    const named = getNamedType(type);
    const fields = isInputObjectType(named) ? named.getFields() : {};
    for (const [name, inner] of Object.entries(value)) {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!field || inner === undefined) continue;
      const weight = this.#weights.inputField(named.name, name, field.type);
      total = clampToSafeInteger(total + weight + this.#inside(inner, field.type));
    }
    return total;
  }
}
