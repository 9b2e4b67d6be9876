// Writes an operation anew without what is denied, for stock execution: delegation asks a subgraph for whole selections before
// any resolver below could say no. Selections below which nothing is denied stay as the client wrote them.
import {
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { isDenial, type Place, type PlacedField, TooManyPlaces } from './denied-places.ts';

/** Fields of the new operation: what several types share is written once for each of them. */
const mostFields = 50_000;

export interface StripRequest {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  root: Place;
}

/**
 * A valid document with this one operation, in which nothing denied is selected. `typenameKey` is where objects at abstract
 * places say their types; no client's response key is the same.
 * @throws TooManyPlaces
 */
export function stripDenied(request: StripRequest): { document: DocumentNode; typenameKey: string } {
  const typenameKey = unusedKey(request.document);
  const { selectionSet } = new Stripping(request, typenameKey).selections(request.root, request.root.declared);
  return { document: withOnlyUsed({ ...request.operation, selectionSet }, request.fragments), typenameKey };
}

interface Sized<Node> {
  selection: Node;
  fields: number;
}

class Stripping {
  readonly #schema: GraphQLSchema;
  readonly #typename: FieldNode;
  /** The type in whose selection the client has written each field. */
  readonly #writtenIn = new Map<FieldNode, GraphQLCompositeType>();
  readonly #written = new Map<Place, Map<GraphQLCompositeType, { selectionSet: SelectionSetNode; fields: number }>>();

  constructor({ schema, document }: StripRequest, typenameKey: string) {
    this.#schema = schema;
    this.#typename = { kind: Kind.FIELD, alias: nameNode(typenameKey), name: nameNode('__typename') };
    const typeInfo = new TypeInfo(schema);
    const enter = (node: FieldNode) => {
      const parent = typeInfo.getParentType();
      if (parent) this.#writtenIn.set(node, parent);
    };
    visit(document, visitWithTypeInfo(typeInfo, { [Kind.FIELD]: { enter } }));
  }

  /** What may be asked at a place, as a selection on `within`: the place's type, or a wider one where it was written. */
  selections(place: Place, within: GraphQLCompositeType): { selectionSet: SelectionSetNode; fields: number } {
    const known = this.#written.get(place)?.get(within);
    if (known) return known;
    const written = this.#write(place, within);
    const byType = this.#written.get(place) ?? new Map();
    this.#written.set(place, byType.set(within, written));
    return written;
  }

  #write(place: Place, within: GraphQLCompositeType): { selectionSet: SelectionSetNode; fields: number } {
    const selections: SelectionNode[] = isAbstractType(place.declared) ? [this.#typename] : [];
    let count = selections.length;
    const add = (into: SelectionNode[], field: PlacedField, type: GraphQLCompositeType) => {
      for (const { selection, fields } of this.#mentions(field, type)) {
        into.push(selection);
        count += fields;
        if (count > mostFields) throw new TooManyPlaces();
      }
    };
    const alike = alikeInAll(place);
    for (const field of alike.values()) add(selections, field, within);
    for (const [typeName, fields] of place.types) {
      const type = this.#schema.getType(typeName);
      if (isDenial(fields) || !isCompositeType(type)) continue;
      const own: SelectionNode[] = [];
      for (const field of fields) if (!field.denial && !alike.has(field.key)) add(own, field, type);
      if (own.length > 0) selections.push(fragmentOn(typeName, own));
    }
    if (selections.length === 0) selections.push(this.#typename);
    return { selectionSet: { kind: Kind.SELECTION_SET, selections }, fields: count };
  }

  #mentions({ nodes, below }: PlacedField, within: GraphQLCompositeType): Sized<SelectionNode>[] {
    const [first] = nodes;
    if (!below || !first) {
      return nodes.map((node) => ({ selection: this.#asWritten(node, node, within), fields: 1 }));
    }
    const { selectionSet, fields } = this.selections(below, this.#givenBy(first) ?? below.declared);
    const node = { ...first, selectionSet };
    return [{ selection: this.#asWritten(first, node, within), fields: fields + 1 }];
  }

  /**
   * A type may promise more of a field than its interface does. A field that was asked of the interface stays asked of it
   * then: by the type's own promise it could clash with another mention of its key, or its fragments could not apply.
   */
  #asWritten(original: FieldNode, node: FieldNode, within: GraphQLCompositeType): SelectionNode {
    const parent = this.#writtenIn.get(original);
    if (!parent || parent === within || isUnionType(parent) || node.name.value === '__typename') return node;
    const asked = parent.getFields()[node.name.value];
    const same =
      isAbstractType(parent) &&
      !isUnionType(within) &&
      this.#schema.isSubType(parent, within) &&
      String(within.getFields()[node.name.value]?.type) === String(asked?.type);
    return same ? node : fragmentOn(parent.name, [node]);
  }

  /** The type of what a field gives by the type it was written in. */
  #givenBy(node: FieldNode): GraphQLCompositeType | undefined {
    const parent = this.#writtenIn.get(node);
    if (!parent || isUnionType(parent)) return undefined;
    const type = getNamedType(parent.getFields()[node.name.value]?.type);
    return isCompositeType(type) ? type : undefined;
  }
}

/** The fields by key that are asked alike, and are allowed, of all types that may stand at a place. */
function alikeInAll({ types }: Place): Map<string, PlacedField> {
  const alike = new Map<string, PlacedField>();
  const [first, ...others] = types.values();
  if (!first || isDenial(first)) return alike;
  for (const field of first) {
    if (field.denial) continue;
    const same = others.every(
      (fields) => !isDenial(fields) && fields.some((other) => other.key === field.key && isAlike(field, other)),
    );
    if (same) alike.set(field.key, field);
  }
  return alike;
}

function isAlike(field: PlacedField, other: PlacedField): boolean {
  return (
    !other.denial &&
    field.below === other.below &&
    field.nodes.length === other.nodes.length &&
    field.nodes.every((node, index) => node === other.nodes[index])
  );
}

function fragmentOn(typeName: string, selections: readonly SelectionNode[]): SelectionNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: nameNode(typeName) },
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
}

/** A document of one operation, with the fragments it spreads and without definitions of variables that nothing uses. */
export function withOnlyUsed(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): DocumentNode {
  const spread = new Set<FragmentDefinitionNode>();
  const variables = new Set<string>();
  const read = (node: ASTNode) => {
    visit(node, {
      [Kind.VARIABLE_DEFINITION]: () => false,
      [Kind.VARIABLE]: ({ name }) => {
        variables.add(name.value);
      },
      [Kind.FRAGMENT_SPREAD]: ({ name }) => {
        const fragment = fragments.get(name.value);
        if (!fragment || spread.has(fragment)) return;
        spread.add(fragment);
        read(fragment);
      },
    });
  };
  read(operation);
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) =>
    variables.has(variable.name.value),
  );
  const definition = { ...operation, ...(variableDefinitions && { variableDefinitions }) };
  return { kind: Kind.DOCUMENT, definitions: [definition, ...spread] };
}

/** A response key that the document does not have. */
export function unusedKey(document: DocumentNode): string {
  const taken = new Set<string>();
  visit(document, {
    [Kind.FIELD]: ({ alias, name }) => {
      taken.add((alias ?? name).value);
    },
  });
  let key = '_typename';
  while (taken.has(key)) key += '_';
  return key;
}

function nameNode(value: string): { kind: Kind.NAME; value: string } {
  return { kind: Kind.NAME, value };
}
