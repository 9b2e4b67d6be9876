// Model of a random graph: services, and the fields of types that each of them serves. Services and the single schema
// that they are compared with are made from the same model.

export interface FieldModel {
  name: string;
  /** As in SDL. */
  type: string;
  arguments: readonly ArgumentModel[];
  /** The services that serve it. */
  services: readonly string[];
  /** Of a computed field: the fields of its object that its service needs first. */
  requires?: readonly string[];
}

export interface ArgumentModel {
  name: string;
  /** As in SDL. */
  type: string;
  /** A literal. */
  defaultValue?: string;
}

export interface KeyField {
  name: string;
  type: 'ID' | 'Int' | 'String' | 'Long';
}

export interface LookupModel {
  /** A field of the service's query root. */
  field: string;
  isList: boolean;
  by: 'key' | 'code';
  /** Whether rows come in the order of the keys. */
  inOrder: boolean;
  /** Whether there is a null in the place of a missing object, or nothing. */
  nullRows: boolean;
  /** Whether it is the one lookup of several types of its service, and returns a union of them. */
  isAbstract?: boolean;
}

/** An entity's part in one service. */
export interface EntityPart {
  service: string;
  lookup: LookupModel | null;
  /** False where some objects of the type are missing in it. */
  hasAll: boolean;
}

export interface EntityModel {
  name: string;
  /** Every part has the key. */
  key: readonly KeyField[];
  /** A second key, which may be null: served by its owner, and by those parts that are looked up by it. */
  code: (KeyField & { owner: string }) | null;
  parts: readonly EntityPart[];
  fields: readonly FieldModel[];
}

/** A type without a key, the same in all services that have it. */
export interface ValueModel {
  name: string;
  services: readonly string[];
  fields: readonly FieldModel[];
}

export interface AbstractModel {
  name: string;
  kind: 'interface' | 'union';
  /** Of an interface: its fields, which are those of its types as well. */
  fields: readonly { name: string; type: string }[];
  /** Its types, by service. */
  members: ReadonlyMap<string, readonly string[]>;
}

export interface GraphModel {
  seed: number;
  services: readonly string[];
  entities: readonly EntityModel[];
  values: readonly ValueModel[];
  abstracts: readonly AbstractModel[];
  queries: readonly RootField[];
  mutations: readonly RootField[];
  /** Names for a client's view. */
  renames: Renames;
  /** Coordinates of fields that the client's view does not have. */
  hidden: readonly string[];
  /** How much goes wrong, from 0 to 1. */
  errors: number;
  /** Services that define `@mark(with: Long) on FIELD`. */
  marking: readonly string[];
  settings: { maxKeys?: number; cache?: { entities: true; defaultMaxAge: number } };
  scalarVariables: boolean;
  bigNumbers: boolean;
  bigArguments: boolean;
  numericIds: boolean;
}

export interface RootField extends FieldModel {
  /** The entity of which it returns the one with the key in its argument `key`. */
  byKeyOf?: string;
}

export interface Renames {
  types: Record<string, string>;
  /** By coordinate: `Type.field`. */
  fields: Record<string, string>;
  /** By coordinate: `Type.field(argument:)`. */
  arguments: Record<string, string>;
}

/** Names such as `constructor` are no own properties, unless they are renamed. */
export function renamedTo(names: Record<string, string>, name: string): string | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined;
}

/** Objects of each entity. */
export const OBJECTS = 6;

export function partOf(entity: EntityModel, service: string): EntityPart | undefined {
  return entity.parts.find((part) => part.service === service);
}

/** Whether the service's type has the second key. */
export function hasCode({ code, parts }: EntityModel, service: string): boolean {
  if (!code) return false;
  return code.owner === service || parts.some((part) => part.service === service && part.lookup?.by === 'code');
}

export function fieldsOf(graph: GraphModel, type: string): readonly RootField[] {
  if (type === 'Query') return graph.queries;
  if (type === 'Mutation') return graph.mutations;
  return [...graph.entities, ...graph.values].find(({ name }) => name === type)?.fields ?? [];
}

/** `Int` of `[[Int!]]!`. */
export function namedType(type: string): string {
  return type.replace(/[[\]!]/g, '');
}
