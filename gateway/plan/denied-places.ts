// Where an operation meets what is denied to it: its response, place by place, as far down as something is denied below.
// What has to leave the operation before stock execution and what has to come into the answer after it are both read here.
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { type CollectContext, collectFields } from './collect-fields.ts';
import type { Denial, Denials } from './denials.ts';

/** Objects in an answer that are reached by the same response keys. */
export interface Place {
  /** What the field that leads here gives, without its lists. */
  declared: GraphQLCompositeType;
  /** By the name of each object type that may stand here: its fields in the answer's order, or why it may not be seen. */
  types: ReadonlyMap<string, readonly PlacedField[] | Denial>;
}

export interface PlacedField {
  key: string;
  /** Every mention in the operation. */
  nodes: readonly FieldNode[];
  /** As the object type declares it; undefined for `__typename` and for introspection. */
  type: GraphQLOutputType | undefined;
  denial: Denial | undefined;
  /** Only where something is denied below. */
  below: Place | undefined;
}

export interface PlacesRequest {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  operation: OperationDefinitionNode;
  /** As the operation declares them, coerced. */
  variables: Readonly<Record<string, unknown>>;
  denials: Denials;
}

/** Where to look is told once for each place and each set of mentions; fragments on abstract types multiply them. */
const mostFields = 50_000;

/** Thrown for operations whose fragments multiply beyond measure. */
export class TooManyPlaces extends Error {}

/**
 * The root of the places at which something is denied; undefined where nothing is.
 * @throws TooManyPlaces
 */
export function deniedPlaces(request: PlacesRequest): Place | undefined {
  const { schema, operation } = request;
  const rootType = schema.getRootType(operation.operation);
  if (!rootType || request.denials.key === '') return undefined;
  const root = new Survey(request).root(rootType);
  return root && withoutFutile(root, rootType, operation.operation);
}

export function isDenial(fields: readonly PlacedField[] | Denial): fields is Denial {
  return !Array.isArray(fields);
}

class Survey {
  readonly #request: PlacesRequest;
  readonly #collect: CollectContext;
  readonly #places = new Map<string, Place | undefined>();
  readonly #numbers = new Map<FieldNode, number>();
  #fieldsLeft = mostFields;

  constructor(request: PlacesRequest) {
    this.#request = request;
    const { schema, fragments, variables } = request;
    const conditions = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value === true]));
    this.#collect = { schema, fragments, conditions };
  }

  root(type: GraphQLObjectType): Place | undefined {
    const fields = this.#fields(type, [this.#request.operation.selectionSet], []);
    return fields.some(isTouched) ? { declared: type, types: new Map([[type.name, fields]]) } : undefined;
  }

  #place(declared: GraphQLCompositeType, nodes: readonly FieldNode[], path: readonly string[]): Place | undefined {
    const known = `${declared.name} ${path.join('.')} ${nodes.map((node) => this.#number(node)).join(',')}`;
    if (!this.#places.has(known)) this.#places.set(known, this.#look(declared, nodes, path));
    return this.#places.get(known);
  }

  #look(declared: GraphQLCompositeType, nodes: readonly FieldNode[], path: readonly string[]): Place | undefined {
    const { schema, denials } = this.#request;
    const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const types = new Map<string, PlacedField[] | Denial>();
    let touched = false;
    for (const type of isAbstractType(declared) ? schema.getPossibleTypes(declared) : [declared]) {
      const denial = isAbstractType(declared) ? denials.type(type.name) : undefined;
      const found = denial ?? this.#fields(type, selectionSets, path);
      types.set(type.name, found);
      touched ||= isDenial(found) || found.some(isTouched);
    }
    return touched ? { declared, types } : undefined;
  }

  #fields(
    type: GraphQLObjectType,
    selectionSets: Parameters<typeof collectFields>[2],
    path: readonly string[],
  ): PlacedField[] {
    const definitions = type.getFields();
    return collectFields(this.#collect, type, selectionSets).map(({ key, name, nodes }): PlacedField => {
      this.#fieldsLeft -= 1;
      if (this.#fieldsLeft < 0) throw new TooManyPlaces();
      const output = definitions[name]?.type;
      if (!output) return { key, nodes, type: undefined, denial: undefined, below: undefined };
      const here = [...path, key];
      const denial = this.#request.denials.field(`${type.name}.${name}`, here);
      const named = getNamedType(output);
      const below = !denial && isCompositeType(named) ? this.#place(named, nodes, here) : undefined;
      return { key, nodes, type: output, denial, below };
    });
  }

  #number(node: FieldNode): number {
    const number = this.#numbers.get(node) ?? this.#numbers.size;
    this.#numbers.set(node, number);
    return number;
  }
}

function isTouched({ denial, below }: PlacedField): boolean {
  return denial !== undefined || below !== undefined;
}

/**
 * Without root fields that nobody gets an answer of, since a null beside them takes all data with it. Mutations before it
 * are executed nevertheless, those after it are not: they are one after the other, and GraphQL.js stops at such an error.
 */
function withoutFutile(root: Place, rootType: GraphQLObjectType, operation: OperationTypeNode): Place {
  const fields = fieldsOf(root, rootType);
  const keep = (kept: readonly PlacedField[]) => ({ ...root, types: new Map([[rootType.name, kept]]) });
  if (operation === OperationTypeNode.MUTATION) {
    const last = fields.findIndex(isCertainlyLost);
    return last === -1 ? root : keep(fields.slice(0, last + 1));
  }
  const lost = fields.some(({ denial, type }) => denial && isNonNullType(type));
  return lost ? keep(fields.filter(({ denial }) => denial)) : root;
}

/** True for a field that, whatever is answered, is null where its type does not allow it. */
function isCertainlyLost({ type, denial, below }: PlacedField): boolean {
  if (!isNonNullType(type)) return false;
  if (denial) return true;
  return below !== undefined && isObjectType(type.ofType) && fieldsOf(below, type.ofType).some(isCertainlyLost);
}

function fieldsOf({ types }: Place, { name }: GraphQLObjectType): readonly PlacedField[] {
  const fields = types.get(name);
  return !fields || isDenial(fields) ? [] : fields;
}
