// Argument values of an operation, or values inside them: from the document, from a variable, or a default. Read
// without coercion, which is done for the operation's variables elsewhere.
import {
  type ConstValueNode,
  type GraphQLInputType,
  getNamedType,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { defaultText } from '../../compose/default-literals.ts';
import type { Variables } from './cost-program.ts';

/** A value that is known from the document, or is read from the variables. `key` identifies what is read. */
export type Value = { known: unknown } | { key: string; read(variables: Variables): unknown };

/** An argument, or a field of an input object. */
export interface ArgumentDefinition {
  type: GraphQLInputType;
  defaultValue: unknown;
}

export class ArgumentValues {
  /** Default values of variables. */
  readonly #defaults = new Map<string, unknown>();

  constructor(operation: OperationDefinitionNode) {
    for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
      if (defaultValue) this.#defaults.set(variable.name.value, valueFromASTUntyped(defaultValue));
    }
  }

  /** Value of a variable; undefined where the request omits it and it has no default. */
  variable(name: string, variables: Variables): unknown {
    const given = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return given === undefined ? this.#defaults.get(name) : given;
  }

  /** The value at `path` inside the argument; undefined where there is none. */
  at(node: ValueNode | undefined, place: ArgumentDefinition, path: readonly string[]): Value {
    if (!node) return { known: descend(place.defaultValue, place.type, path) };
    if (node.kind === Kind.VARIABLE) {
      const name = node.name.value;
      return {
        // Equal definitions, such as the same argument in many types of one interface, are read once.
        key: `$${name} ${place.type} = ${defaultText(place)} ${path.join('.')}`,
        read: (variables) => {
          const value = this.variable(name, variables);
          return descend(value === undefined ? place.defaultValue : value, place.type, path);
        },
      };
    }
    const [step, ...rest] = path;
    if (step === undefined) return { known: valueFromASTUntyped(node as ConstValueNode) };
    const type = getNamedType(place.type);
    const field = isInputObjectType(type) ? type.getFields()[step] : undefined;
    if (node.kind !== Kind.OBJECT || !field) return { known: undefined };
    const inner = node.fields.find(({ name }) => name.value === step)?.value;
    return this.at(inner, field, rest);
  }
}

function descend(value: unknown, type: GraphQLInputType, path: readonly string[]): unknown {
  let [inner, innerType] = [value, type];
  for (const step of path) {
    const named = getNamedType(innerType);
    const field = isInputObjectType(named) ? named.getFields()[step] : undefined;
    if (typeof inner !== 'object' || inner === null || !field) return undefined;
    const given = Object.hasOwn(inner, step) ? (inner as Record<string, unknown>)[step] : undefined;
    inner = given === undefined ? field.defaultValue : given;
    innerType = field.type;
  }
  return inner;
}
