// Upstream variables: client variables under generated names, where the service can take them as the client declares
// them, and values computed from whole arguments where it cannot.
import {
  type ArgumentNode,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isTypeSubTypeOf,
  Kind,
  print,
  typeFromAST,
  type ValueNode,
  type VariableDefinitionNode,
  valueFromAST,
  visit,
} from 'graphql';
import type { FetchVariable } from '../query-plan/plan.ts';
import { templateVariables } from '../query-plan/value-template.ts';
import { coercedLiteral, literalTemplate } from './literal-text.ts';

interface UpstreamVariable {
  /** Without the dollar sign and the name. */
  type: string;
  source: FetchVariable;
}

export class UpstreamVariables {
  readonly #schema: GraphQLSchema;
  readonly #definitions = new Map<string, VariableDefinitionNode>();
  /** Names upstream of client variables. */
  readonly #names = new Map<string, string>();
  readonly #variables = new Map<string, UpstreamVariable>();
  /** Names of computed values, by their literals. */
  readonly #made = new Map<string, string>();

  /** @param schema of the graph, whose types the definitions name. */
  constructor(definitions: readonly VariableDefinitionNode[], schema: GraphQLSchema) {
    this.#schema = schema;
    for (const [index, definition] of definitions.entries()) {
      const { value: from } = definition.variable.name;
      const name = `v${index}`;
      const type = print(definition.type) + (definition.defaultValue ? ` = ${print(definition.defaultValue)}` : '');
      this.#definitions.set(from, definition);
      this.#names.set(from, name);
      this.#variables.set(name, { type, source: { name, from } });
    }
  }

  /**
   * Arguments in the form that is sent to a subgraph.
   * @param declared the subgraph's arguments; one that is not declared there passes as it is.
   */
  arguments(
    nodes: readonly ArgumentNode[],
    subgraph: GraphQLSchema,
    declared: readonly GraphQLArgument[],
  ): ArgumentNode[] {
    return nodes.map((node) => {
      const argument = declared.find(({ name }) => name === node.name.value);
      if (!argument || this.#fits(node.value, argument.type, argument.defaultValue !== undefined, subgraph)) {
        return { ...node, value: this.#renamed(node.value) };
      }
      return { ...node, value: variableNode(this.#make(node.value, argument)) };
    });
  }

  /** A variable's definition in an upstream document. */
  definition(name: string): string {
    return `$${name}: ${this.#variables.get(name)?.type}`;
  }

  /** The sources of these variables' values. */
  sources(names: ReadonlySet<string>): FetchVariable[] {
    return [...this.#variables].flatMap(([name, { source }]) => (names.has(name) ? [source] : []));
  }

  #renamed(value: ValueNode): ValueNode {
    return visit(value, {
      [Kind.VARIABLE]: (node) => ({ ...node, name: { ...node.name, value: this.#nameOf(node.name.value) } }),
    });
  }

  #nameOf(variable: string): string {
    return this.#names.get(variable) ?? variable;
  }

  /**
   * Whether all variables in a value can stand there as the client declares them (GraphQL specification, section
   * 5.8.5).
   */
  #fits(value: ValueNode, type: GraphQLInputType, hasDefault: boolean, subgraph: GraphQLSchema): boolean {
    if (value.kind === Kind.VARIABLE) return this.#isAllowed(value.name.value, type, hasDefault, subgraph);
    const nullable = isNonNullType(type) ? type.ofType : type;
    if (value.kind === Kind.LIST) {
      return isListType(nullable)
        ? value.values.every((item) => this.#fits(item, nullable.ofType, false, subgraph))
        : !hasVariables(value);
    }
    if (value.kind !== Kind.OBJECT) return true;
    // A single object where a list stands is a list of one.
    if (isListType(nullable)) return this.#fits(value, nullable.ofType, false, subgraph);
    if (!isInputObjectType(nullable)) return !hasVariables(value);
    const fields = nullable.getFields();
    return value.fields.every((node) => {
      const field = fields[node.name.value];
      if (!field) return !hasVariables(node.value);
      return this.#fits(node.value, field.type, field.defaultValue !== undefined, subgraph);
    });
  }

  #isAllowed(variable: string, location: GraphQLInputType, hasDefault: boolean, subgraph: GraphQLSchema): boolean {
    const definition = this.#definitions.get(variable);
    const type = definition && typeFromAST(subgraph, definition.type as never);
    if (!isInputType(type)) return false;
    const { defaultValue } = definition as VariableDefinitionNode;
    if (defaultValue && valueFromAST(defaultValue, type) === undefined) return false;
    if (!isNonNullType(location) || isNonNullType(type)) return isTypeSubTypeOf(subgraph, type, location);
    if (!hasDefault && (!defaultValue || defaultValue.kind === Kind.NULL)) return false;
    return isTypeSubTypeOf(subgraph, type, location.ofType);
  }

  /** @returns the name of a variable with the whole value. */
  #make(value: ValueNode, { type: declared, defaultValue }: GraphQLArgument): string {
    // An argument that may be left out is nullable: it then has its default.
    const type = String(defaultValue !== undefined && isNonNullType(declared) ? declared.ofType : declared);
    const signature = `${type} ${print(value)}`;
    let name = this.#made.get(signature);
    if (name === undefined) {
      name = `a${this.#made.size}`;
      const template = literalTemplate(value, (variable) => ({ variable, fallback: this.#default(variable) }));
      this.#made.set(signature, name);
      this.#variables.set(name, { type, source: { name, template } });
    }
    return name;
  }

  /** A client variable's default as JSON text. */
  #default(variable: string): string | null {
    const definition = this.#definitions.get(variable);
    const type = definition && typeFromAST(this.#schema, definition.type as never);
    if (!definition?.defaultValue || !isInputType(type)) return null;
    return literalTemplate(coercedLiteral(definition.defaultValue, type), () => 'null') as string;
  }
}

/** Client variables that these upstream variables are computed from. */
export function clientVariables(sources: readonly FetchVariable[]): string[] {
  return [
    ...new Set(sources.flatMap((source) => ('from' in source ? source.from : templateVariables(source.template)))),
  ];
}

function hasVariables(value: ValueNode): boolean {
  let found = false;
  visit(value, {
    [Kind.VARIABLE]: () => {
      found = true;
    },
  });
  return found;
}

function variableNode(name: string): ValueNode {
  return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } };
}
