// Elements of the services' SDL that rules are about, each with all of its definitions: several services, or several files, may
// define one type.
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  getLocation,
  type InputValueDefinitionNode,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type NameNode,
  type StringValueNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
} from 'graphql';
import type { Describable } from '../../config/lint.ts';

/** SDL of a service. */
export interface LintedSource {
  /** The service. */
  name: string;
  /** Absolute; null for SDL that is in no file. */
  file: string | null;
  document: DocumentNode;
}

/** A place where an element is defined. */
export interface Definition {
  source: LintedSource;
  name: NameNode;
  description: StringValueNode | undefined;
  directives: readonly DirectiveNode[];
  isExtension: boolean;
}

export interface Element {
  kind: Describable;
  /** `Product`, `Product.rating`, `Query.products(first:)`, `Category.AUDIO`. */
  coordinate: string;
  name: string;
  definitions: Definition[];
}

const roots = new Set(['Query', 'Mutation', 'Subscription']);

export function isRoot({ kind, name }: Element): boolean {
  return kind === 'types' && roots.has(name);
}

/** By coordinate, in the order of the sources. Names with `_` at the beginning are the machinery of services: not listed. */
export function elementsOf(sources: readonly LintedSource[]): Element[] {
  const elements = new Map<string, Element>();
  const add = (kind: Describable, coordinate: string, definition: Definition) => {
    const known = elements.get(coordinate);
    if (known) known.definitions.push(definition);
    else elements.set(coordinate, { kind, coordinate, name: definition.name.value, definitions: [definition] });
  };
  for (const source of sources) {
    for (const node of source.document.definitions) {
      if (!isTypeDefinitionNode(node) && !isTypeExtensionNode(node)) continue;
      const typeName = node.name.value;
      if (/^_|^(join|link)__/.test(typeName)) continue;
      const definitionOf = (
        one: TypeDefinitionNode | TypeExtensionNode | FieldDefinitionNode | InputValueDefinitionNode,
        isExtension = false,
      ): Definition => {
        const { name, directives = [] } = one;
        return {
          source,
          name,
          description: 'description' in one ? one.description : undefined,
          directives,
          isExtension,
        };
      };
      add('types', typeName, definitionOf(node, isTypeExtensionNode(node)));
      if (node.kind === Kind.ENUM_TYPE_DEFINITION || node.kind === Kind.ENUM_TYPE_EXTENSION) {
        for (const { name, description, directives = [] } of node.values ?? []) {
          add('enumValues', `${typeName}.${name.value}`, { source, name, description, directives, isExtension: false });
        }
      }
      if (!('fields' in node)) continue;
      for (const field of node.fields ?? []) {
        if (field.name.value.startsWith('_')) continue;
        const coordinate = `${typeName}.${field.name.value}`;
        add(field.kind === Kind.FIELD_DEFINITION ? 'fields' : 'inputFields', coordinate, definitionOf(field));
        for (const argument of field.kind === Kind.FIELD_DEFINITION ? (field.arguments ?? []) : []) {
          add('arguments', `${coordinate}(${argument.name.value}:)`, definitionOf(argument));
        }
      }
    }
  }
  return [...elements.values()];
}

/** From 1, in the file or the SDL. */
export function placeOf({ name }: Pick<Definition, 'name'>): { line: number; column: number } {
  const { loc } = name;
  return loc ? getLocation(loc.source, loc.start) : { line: 1, column: 1 };
}
