// Response keys that a generated selection may use at one place of the response, so that operations are valid by
// construction: fields that meet under one key must be able to merge (specification, section 5.3.2).
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  Kind,
  print,
  type SelectionSetNode,
} from 'graphql';

interface Use {
  parent: GraphQLCompositeType;
  /** Field name, arguments, and directives of services. */
  signature: string;
  type: string;
}

/** One place of the response: all selection sets that merge there share it. */
export class ResponseScope {
  readonly #keys = new Map<string, { uses: Use[]; below: ResponseScope }>();

  /** Fields that are already selected here, under their keys. */
  get keys(): string[] {
    return [...this.#keys.keys()];
  }

  below(key: string): ResponseScope | undefined {
    return this.#keys.get(key)?.below;
  }

  /** True where the field can stand beside everything else under this key. */
  allows(key: string, parent: GraphQLCompositeType, field: FieldNode, type: string): boolean {
    const signature = signatureOf(field);
    const uses = this.#keys.get(key)?.uses ?? [];
    return uses.every((use) => {
      if (use.type !== type) return false;
      const apart = isObjectType(use.parent) && isObjectType(parent) && use.parent.name !== parent.name;
      return apart || use.signature === signature;
    });
  }

  claim(key: string, parent: GraphQLCompositeType, field: FieldNode, type: string): ResponseScope {
    let known = this.#keys.get(key);
    if (!known) {
      known = { uses: [], below: new ResponseScope() };
      this.#keys.set(key, known);
    }
    known.uses.push({ parent, signature: signatureOf(field), type });
    return known.below;
  }
}

function signatureOf(field: FieldNode): string {
  const directives = (field.directives ?? []).filter(({ name }) => name.value !== 'skip' && name.value !== 'include');
  return `${field.name.value}(${(field.arguments ?? []).map((argument) => print(argument)).join(',')})${directives.map(print).join('')}`;
}

/** True where a whole fragment can be spread at this place as well; with `commit` its keys are then taken. */
export function fits(
  schema: GraphQLSchema,
  scope: ResponseScope | undefined,
  parent: GraphQLCompositeType,
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  commit: boolean,
): boolean {
  return selectionSet.selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!fragment) return false;
      const condition = fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value) : parent;
      return isCompositeType(condition) && fits(schema, scope, condition, fragment.selectionSet, fragments, commit);
    }
    const name = selection.name.value;
    const key = selection.alias?.value ?? name;
    const definition = name.startsWith('__') || !('getFields' in parent) ? undefined : parent.getFields()[name];
    const type = definition ? String(definition.type) : 'String!';
    if (!definition && name !== '__typename') return false;
    if (!commit && scope && !scope.allows(key, parent, selection, type)) return false;
    const below = commit && scope ? scope.claim(key, parent, selection, type) : scope?.below(key);
    const named = definition && getNamedType(definition.type);
    if (!selection.selectionSet || !isCompositeType(named)) return true;
    return fits(schema, below, named, selection.selectionSet, fragments, commit);
  });
}

export function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
}
