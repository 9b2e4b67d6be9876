// Services inferred from operations whose schema is not at hand: types are those of fragments, or named after the
// place, and the fields of everything that has an id are spread over the services.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
} from 'graphql';
import { hash } from '../../test/differential/random.ts';

interface Field {
  args: Map<string, string>;
  /** Null for a leaf. */
  type: string | null;
  isList: boolean;
}

/** SDL by the names of the services. */
export function inferServices(documents: readonly DocumentNode[], count: number): Record<string, string> {
  const inference = new Inference();
  for (const pass of [1, 2]) for (const document of documents) inference.add(document, pass);
  return inference.services(count);
}

class Inference {
  readonly #types = new Map<string, Map<string, Field>>();
  readonly #scalars = new Set<string>();
  /** Types of `Type.field` by the fragments. */
  readonly #typeOf = new Map<string, string>();

  /** Types by fragments are complete only once all documents were read. */
  add(document: DocumentNode, pass: number): void {
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    }
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      const root = definition.operation[0]?.toUpperCase() + definition.operation.slice(1);
      this.#select(root, definition.selectionSet, definition, fragments, pass);
    }
  }

  #select(
    type: string,
    set: SelectionSetNode,
    operation: OperationDefinitionNode,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    pass: number,
  ): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) this.#field(type, selection, operation, fragments, pass);
      else {
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (fragment) this.#select(type, fragment.selectionSet, operation, fragments, pass);
      }
    }
  }

  #field(
    parent: string,
    node: FieldNode,
    operation: OperationDefinitionNode,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    pass: number,
  ): void {
    const name = node.name.value;
    if (name === '__typename') return;
    const place = `${parent}.${name}`;
    for (const selection of node.selectionSet?.selections ?? []) {
      const condition =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? fragments.get(selection.name.value)?.typeCondition.name.value
          : undefined;
      if (condition) this.#typeOf.set(place, condition);
    }
    const type = node.selectionSet ? (this.#typeOf.get(place) ?? `${parent}_${name}`) : null;
    if (pass === 2) {
      const fields = this.#types.get(parent) ?? new Map<string, Field>();
      this.#types.set(parent, fields);
      const field = fields.get(name) ?? { args: new Map(), type, isList: name === 'nodes' || name === 'edges' };
      fields.set(name, field);
      for (const { name: argument, value } of node.arguments ?? []) {
        const definition = operation.variableDefinitions?.find(
          ({ variable }) => value.kind === Kind.VARIABLE && variable.name.value === value.name.value,
        );
        const written = definition ? print(definition.type).replace(/!$/, '') : 'Any';
        field.args.set(argument.value, written);
        this.#scalars.add(written.replaceAll(/[[\]!]/g, ''));
      }
    }
    if (type && node.selectionSet) this.#select(type, node.selectionSet, operation, fragments, pass);
  }

  services(count: number): Record<string, string> {
    const names = Array.from({ length: count }, (_, number) => `service${number}`);
    return Object.fromEntries(names.map((name, number) => [name, this.#service(name, number, count)]));
  }

  #service(name: string, number: number, count: number): string {
    const types: string[] = ['scalar Any'];
    const lookups: string[] = [];
    for (const scalar of this.#scalars) {
      if (!['Any', 'Int', 'Float', 'String', 'Boolean', 'ID'].includes(scalar)) types.push(`scalar ${scalar}`);
    }
    for (const [type, fields] of this.#types) {
      const isRoot = ['Query', 'Mutation', 'Subscription'].includes(type);
      const isEntity = !isRoot && fields.has('id');
      const here = [...fields].filter(
        ([field]) =>
          field !== 'id' && ((!isRoot && !isEntity) || Math.abs(hash(`${type}.${field}`)) % count === number),
      );
      const printed = here.map(([field, definition]) => printField(field, definition));
      if (isEntity) {
        printed.unshift('id: ID!');
        lookups.push(`_${name}_${type}(ids: [ID!]!): [${type}]! @merge(keyField: "id")`);
      }
      if (type === 'Query') continue;
      if (printed.length > 0) types.push(`type ${type} { ${printed.join(' ')} }`);
    }
    const roots = [...(this.#types.get('Query') ?? [])].filter(
      ([field]) => Math.abs(hash(`Query.${field}`)) % count === number,
    );
    types.push(
      `type Query { ${[...roots.map(([field, definition]) => printField(field, definition)), ...lookups].join(' ')} }`,
    );
    return types.join('\n');
  }
}

function printField(name: string, { args, type, isList }: Field): string {
  const given = [...args].map(([argument, written]) => `${argument}: ${written}`);
  const named = type ?? 'Any';
  return `${name}${given.length > 0 ? `(${given.join(', ')})` : ''}: ${isList ? `[${named}]` : named}`;
}
