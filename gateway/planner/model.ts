// Graph model for planning: the subgraphs that serve each field, the fields it requires, and the entity resolvers of
// types. Read once per composition from the subschemas' own configuration, before stitching splits and wraps it.
import type { MergedTypeConfig, SubschemaConfig } from '@graphql-tools/delegate';
import { parseSelectionSet } from '@graphql-tools/utils';
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { allInputsOf } from '../compose/computed-inputs.ts';
import { directiveSignature } from '../compose/executable-directives.ts';
import type { ContextArgument, GraphContexts } from '../compose/federation/contexts.ts';
import type { SubgraphParts } from '../compose/graph.ts';
import { type EntityResolver, readEntryPoint, type SubgraphModel } from './entity-resolver.ts';
import { rootTypeResolver } from './root-type-resolver.ts';

/**
 * The subgraph in the gateway that returns objects with nothing but their keys: everything that is selected on them
 * is fetched.
 */
export const keySubgraph = '__keys';

export class GraphModel {
  /** The schema of clients. */
  readonly schema: GraphQLSchema;
  /** Values of fields whose subgraph is down; undefined without any. */
  readonly fallbacks: SubgraphParts['fallbacks'];
  readonly subgraphs: ReadonlyMap<string, SubgraphModel>;
  readonly #entityResolvers = new Map<string, EntityResolver[] | string>();
  readonly #required = new Map<string, SelectionSetNode>();
  readonly #provided = new Map<string, SelectionSetNode>();
  readonly #parts: SubgraphParts;
  readonly #external: ReadonlySet<string>;
  /** By subgraph and object type: interfaces of the type that are object types in the subgraph. */
  readonly #interfaceObjects = new Map<string, string[]>();
  readonly #supported = new Map<string, boolean>();
  readonly #serving = new Map<string, readonly string[]>();

  /** @param labels of progressive overrides that hold: for a graph as one request has it. */
  constructor(
    schema: GraphQLSchema,
    subschemas: readonly SubschemaConfig[],
    parts: SubgraphParts = { external: new Set(), interfaceObjects: new Set() },
    labels: ReadonlySet<string> = new Set(),
  ) {
    this.schema = schema;
    this.#parts = parts;
    this.fallbacks = parts.fallbacks;
    const elsewhere = parts.overrides?.filter(({ label, serves }) => labels.has(label) !== serves) ?? [];
    this.#external = new Set([
      ...parts.external,
      ...elsewhere.map(({ subgraph, coordinate }) => `${subgraph} ${coordinate}`),
    ]);
    this.#readInterfaceObjects();
    const subgraphs = new Map<string, SubgraphModel>();
    for (const config of subschemas) {
      const name = uniqueName(config.name ?? 'subgraph', subgraphs);
      const subgraph = { name, schema: config.schema, config };
      subgraphs.set(name, subgraph);
      for (const [typeName, merge] of Object.entries(config.merge ?? {})) this.#readMerge(subgraph, typeName, merge);
    }
    this.subgraphs = subgraphs;
  }

  /** The configuration's name for a subgraph: one service may be several subgraphs, each with a part of it. */
  serviceOf(subgraph: string): string {
    return this.subgraphs.get(subgraph)?.config.name ?? subgraph;
  }

  /** The field as a subgraph describes it, or undefined where it does not have it. */
  fieldIn(subgraph: string, typeName: string, fieldName: string): GraphQLField<unknown, unknown> | undefined {
    const type = this.typeIn(subgraph, this.#holder(subgraph, typeName, fieldName));
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
  }

  /** Whether an interface of the graph is an object type in the subgraph, whose objects do not have their types. */
  isInterfaceObject(subgraph: string, typeName: string): boolean {
    return this.#parts.interfaceObjects.has(`${subgraph} ${typeName}`);
  }

  /** The type that has an object type's field in a subgraph: itself, or an interface that is an object type there. */
  #holder(subgraph: string, typeName: string, fieldName: string): string {
    const interfaces = this.#interfaceObjects.get(`${subgraph} ${typeName}`);
    const holder = interfaces?.find((name) => {
      const type = this.typeIn(subgraph, name);
      return isObjectType(type) && Object.hasOwn(type.getFields(), fieldName);
    });
    return holder ?? typeName;
  }

  typeIn(subgraph: string, typeName: string): GraphQLNamedType | undefined {
    return this.subgraphs.get(subgraph)?.schema.getType(typeName) ?? undefined;
  }

  /** @throws Error for an unknown subgraph. */
  schemaOf(subgraph: string): GraphQLSchema {
    const model = this.subgraphs.get(subgraph);
    if (!model) throw new Error(`There is no subgraph ${subgraph}.`);
    return model.schema;
  }

  /** Whether a subgraph supports a directive at a location: it defines it as the graph does. */
  supportsDirective(subgraph: string, name: string, location: string): boolean {
    const key = `${subgraph} ${name} ${location}`;
    const known = this.#supported.get(key);
    if (known !== undefined) return known;
    const supported = this.#supports(subgraph, name, location);
    this.#supported.set(key, supported);
    return supported;
  }

  #supports(subgraph: string, name: string, location: string): boolean {
    const own = this.schemaOf(subgraph).getDirective(name);
    const ofGraph = this.schema.getDirective(name);
    if (!own || !ofGraph || !own.locations.some((each) => each === location)) return false;
    return directiveSignature(own) === directiveSignature(ofGraph);
  }

  /** True for a field that the subgraph only serves where a parent provides it. */
  isExternal(subgraph: string, typeName: string, fieldName: string): boolean {
    return this.#external.has(`${subgraph} ${this.#holder(subgraph, typeName, fieldName)}.${fieldName}`);
  }

  /** The fields of the object that the subgraph requires to serve the field. */
  requiredFor(subgraph: string, typeName: string, fieldName: string): SelectionSetNode | undefined {
    return this.#required.get(`${subgraph} ${this.#holder(subgraph, typeName, fieldName)}.${fieldName}`);
  }

  /** The arguments that a subgraph takes for the field from enclosing objects; undefined where there are none. */
  contextArguments(subgraph: string, typeName: string, fieldName: string): readonly ContextArgument[] | undefined {
    const { contexts } = this.#parts;
    if (!contexts) return undefined;
    const holder = this.#holder(subgraph, typeName, fieldName);
    return contexts.arguments.get(`${this.serviceOf(subgraph)} ${holder}.${fieldName}`);
  }

  /** Undefined where no field takes an argument from an enclosing object. */
  get contexts(): GraphContexts | undefined {
    return this.#parts.contexts;
  }

  /** Fields below this one that the subgraph serves here although they are external elsewhere. */
  providedBy(subgraph: string, typeName: string, fieldName: string): SelectionSetNode | undefined {
    return this.#provided.get(`${subgraph} ${this.#holder(subgraph, typeName, fieldName)}.${fieldName}`);
  }

  /** The field that identifies objects of a type: `id`, else the only field of a key; null where there is none. */
  idField(typeName: string): string | null {
    const type = this.schema.getType(typeName);
    if (isObjectType(type) && type.getFields().id) return 'id';
    for (const subgraph of this.subgraphs.keys()) {
      const entityResolvers = this.entityResolvers(subgraph, typeName);
      if (typeof entityResolvers === 'string') continue;
      for (const { key } of entityResolvers) {
        const [only, ...more] = key.selections.filter(
          (selection) => selection.kind === Kind.FIELD && selection.name.value !== '__typename',
        );
        if (only?.kind === Kind.FIELD && more.length === 0 && !only.selectionSet) return only.name.value;
      }
    }
    return null;
  }

  /** The subgraph's entity resolvers for the type; or, as a string, the reason for which they cannot be planned. */
  entityResolvers(subgraph: string, typeName: string): EntityResolver[] | string {
    return this.#entityResolvers.get(`${subgraph} ${typeName}`) ?? [];
  }

  /** The entity resolvers through which a field of the type is fetched from the subgraph; or the reason, as above. */
  resolversFor(subgraph: string, typeName: string, fieldName: string): EntityResolver[] | string {
    if (this.schemaOf(subgraph).getQueryType()?.name === typeName) return [rootTypeResolver];
    return this.entityResolvers(subgraph, this.#holder(subgraph, typeName, fieldName));
  }

  /** The subgraphs that define the types of an interface's objects, and look them up through it. */
  typeResolvers(typeName: string): { subgraph: string; entityResolvers: EntityResolver[] }[] {
    return [...this.subgraphs.keys()].flatMap((subgraph) => {
      const entityResolvers = this.entityResolvers(subgraph, typeName);
      if (typeof entityResolvers === 'string' || entityResolvers.length === 0) return [];
      return isInterfaceType(this.typeIn(subgraph, typeName)) ? [{ subgraph, entityResolvers }] : [];
    });
  }

  #readInterfaceObjects(): void {
    for (const part of this.#parts.interfaceObjects) {
      const [subgraph, name] = part.split(/ (?=\w+$)/) as [string, string];
      const type = this.schema.getType(name);
      if (!isInterfaceType(type)) continue;
      const { objects, interfaces } = this.schema.getImplementations(type);
      for (const { name: member } of [...objects, ...interfaces]) {
        const key = `${subgraph} ${member}`;
        this.#interfaceObjects.set(key, [...(this.#interfaceObjects.get(key) ?? []), name]);
      }
    }
  }

  /** Whether a subgraph is Apollo Federation's, which looks up entities by their representations. */
  isFederated(subgraph: string): boolean {
    return this.schemaOf(subgraph).getQueryType()?.getFields()._entities !== undefined;
  }

  /** The subgraphs that serve a field, in the order of the configuration. */
  serving(typeName: string, fieldName: string): readonly string[] {
    const coordinate = `${typeName}.${fieldName}`;
    let names = this.#serving.get(coordinate);
    if (!names) {
      names = [...this.subgraphs.keys()].filter(
        (name) => this.fieldIn(name, typeName, fieldName) && !this.isExternal(name, typeName, fieldName),
      );
      this.#serving.set(coordinate, names);
    }
    return names;
  }

  #readMerge(subgraph: SubgraphModel, typeName: string, merge: MergedTypeConfig): void {
    for (const [fieldName, field] of Object.entries(merge.fields ?? {})) {
      const coordinate = `${subgraph.name} ${typeName}.${fieldName}`;
      if (field.computed && field.selectionSet) this.#required.set(coordinate, parseSelectionSet(field.selectionSet));
      if (field.provides) this.#provided.set(coordinate, field.provides);
    }
    // A key that is declared on the type, beside lookup fields with keys of their own, comes as an entry point
    // without a field.
    const entryPoints = (merge.entryPoints ?? [merge]).filter(
      ({ fieldName, resolve }) => fieldName !== undefined || resolve,
    );
    const entityResolvers: EntityResolver[] = [];
    const inputs = allInputsOf(merge);
    for (const [index, entryPoint] of entryPoints.entries()) {
      const entityResolver = readEntryPoint(subgraph, typeName, entryPoint, index, this.schema, inputs);
      if (typeof entityResolver === 'string') {
        this.#entityResolvers.set(`${subgraph.name} ${typeName}`, entityResolver);
        return;
      }
      entityResolvers.push(entityResolver);
    }
    this.#entityResolvers.set(`${subgraph.name} ${typeName}`, entityResolvers);
  }
}

/** A federation subgraph with conflicting requirements comes as several subschemas of one name. */
function uniqueName(name: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name}#${number}`)) number += 1;
  return `${name}#${number}`;
}
