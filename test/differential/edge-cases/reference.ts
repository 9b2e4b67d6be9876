// The edge-case graph without any gateway: one schema, each field resolved by itself. It has the service that serves a
// field, and so the field's value when its object is not found there; plans, requests and batches it has not.
import {
  buildSchema,
  execute,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  GraphQLSchema,
  isNonNullType,
  isObjectType,
  Kind,
  printSchema,
  type SelectionSetNode,
} from 'graphql';
import type { Result } from '../graph-under-test.ts';
import type { Operation } from '../operations.ts';
import { fromPlain } from '../plain-form.ts';
import type { Fixtures, Thing } from './fixtures.ts';
import { withMarks } from './marks.ts';
import { graphRootField, renames } from './renames.ts';
import { requirements, rootThing, type Service } from './service.ts';

/** The keys by which each service finds objects, as `service Type`; the first whose fields are at hand is taken. */
export type Keys = Readonly<Record<string, readonly string[]>>;

export const edgeCaseKeys: Keys = {
  'alpha Alpha': ['id'],
  'alpha Hop': ['k1'],
  'beta Beta': ['id', 'code'],
  'beta Alpha': ['id'],
  'beta Hop': ['k1', 'k2'],
  'gamma Gamma': ['id'],
  'gamma Hop': ['k2'],
  'gamma Beta': ['code'],
  'delta Delta': ['id', 'slug'],
  'delta Alpha': ['id'],
  'epsilon Alpha': ['id'],
  'zeta Alpha': ['id'],
};

/** Stands for what a computed field needs where a part is not there that must not be null. */
const incomplete = Symbol('incomplete');

export class Reference {
  readonly #services: readonly Service[];
  readonly #schema: GraphQLSchema;
  readonly #keys: Keys | null;

  /**
   * @param schema what clients see
   * @param keys null where every object is found in every service
   */
  constructor(services: readonly Service[], schema: GraphQLSchema, keys: Keys | null) {
    this.#services = services;
    this.#keys = keys;
    this.#schema = withoutResolvers(schema);
  }

  async execute({ document, variables, operationName }: Operation, fixtures: Fixtures): Promise<Result> {
    const result = await execute({
      schema: this.#schema,
      document,
      variableValues: variables,
      operationName: operationName ?? null,
      fieldResolver: this.#resolver(fixtures),
      typeResolver: (thing: Thing) => thing.type,
    });
    return fromPlain(result);
  }

  #resolver(fixtures: Fixtures): GraphQLFieldResolver<unknown, unknown> {
    return (source, args, _context, info) => {
      const { path, parentType, fieldName } = info;
      const parent = path.prev === undefined ? rootThing(parentType.name, '') : (source as Thing);
      return this.#value(fixtures, parent, fieldName, withMarks(this.#schema, args, info));
    };
  }

  /** The value of an object's field, wherever it is served. @throws the reason where there is none. */
  #value(fixtures: Fixtures, parent: Thing, fieldName: string, args: Record<string, unknown>): unknown {
    const service = this.#serving(parent, fieldName);
    const type = fieldType(service, parent.type, fieldName);
    const needed = requirements.get(`${parent.type}.${fieldName}`);
    let all = args;
    if (parent.type === 'Query' || parent.type === 'Mutation') {
      if (fixtures.weather.down.has(service.name)) throw new Error(`${service.name} is down`);
      if (parent.type === 'Mutation') fixtures.change(args);
      if (fieldName === 'gamma') return this.#requested(fixtures, service, 'Gamma', String(args.id));
    } else {
      const required = needed && this.#chosen(fixtures, parent, needed);
      if (required === incomplete) return null;
      if (needed) all = { ...args, required };
      if (!this.#reach(fixtures, parent, service, needed !== undefined)) return null;
    }
    return fixtures.value({ ...parent, from: service.name }, fieldName, all, type, service.schema, false);
  }

  #requested(fixtures: Fixtures, { name }: Service, type: string, id: string): Thing | null {
    const found = fixtures.find(name, type, id);
    if (found instanceof Error) throw found;
    return found === 'found' ? { type, id, from: name } : null;
  }

  /** False where the service does not have the object, or its key is null. @throws where it cannot be queried. */
  #reach(fixtures: Fixtures, object: Thing, { name }: Service, computed: boolean): boolean {
    if (!this.#keys || (object.from === name && !computed)) return true;
    const [first, ...others] = this.#keys[`${name} ${object.type}`] ?? [];
    if (!first) throw new Error(`${object.type} cannot be found in ${name}: an error in this file`);
    const at = this.#services.find((service) => service.name === object.from) as Service;
    const key = [first, ...others].find((field) => has(at, object.type, field)) ?? first;
    if (this.#value(fixtures, object, key, {}) === null) return false;
    if (fixtures.weather.down.has(name)) throw new Error(`${name} is down`);
    return this.#requested(fixtures, { name } as Service, object.type, object.id) !== null;
  }

  /** The inputs of a computed field, of its object. */
  #chosen(fixtures: Fixtures, object: Thing, fields: SelectionSetNode): Record<string, unknown> | typeof incomplete {
    const chosen: Record<string, unknown> = {};
    for (const field of fields.selections) {
      if (field.kind !== Kind.FIELD) continue;
      const name = field.name.value;
      const value = this.#value(fixtures, object, name, {});
      if (value === null && isNonNullType(fieldType(this.#serving(object, name), object.type, name))) return incomplete;
      const below =
        field.selectionSet && value !== null ? this.#chosen(fixtures, value as Thing, field.selectionSet) : value;
      if (below === incomplete) return incomplete;
      chosen[name] = below;
    }
    return chosen;
  }

  /** The service that an object's field comes from: its own if it can, or the first that has it and a key at hand. */
  #serving({ type, from }: Thing, fieldName: string): Service {
    const own = this.#services.find(({ name }) => name === from);
    if (own && has(own, type, fieldName) && !requirements.has(`${type}.${fieldName}`)) return own;
    const serving = this.#services.filter((candidate) => has(candidate, type, fieldName));
    const keysOf = (candidate: Service) => this.#keys?.[`${candidate.name} ${type}`] ?? [];
    const service =
      serving.find((candidate) => keysOf(candidate).some((key) => own && has(own, type, key))) ??
      serving.find((candidate) => !own || !this.#keys || keysOf(candidate).length > 0);
    if (!service) throw new Error(`No service has ${type}.${fieldName}: an error in this file`);
    return service;
  }
}

/** With types and directives in the same order, in which introspection lists them. */
function withoutResolvers(schema: GraphQLSchema): GraphQLSchema {
  const plain = buildSchema(printSchema(schema));
  const types = Object.keys(schema.getTypeMap()).flatMap((name) => plain.getType(name) ?? []);
  const directives = schema.getDirectives().flatMap(({ name }) => plain.getDirective(name) ?? []);
  return new GraphQLSchema({ ...plain.toConfig(), types, directives });
}

function has(service: Service, typeName: string, fieldName: string): boolean {
  const field = fieldOf(service, typeName, fieldName);
  return field !== undefined && !field.astNode?.directives?.some(({ name }) => name.value === 'external');
}

function fieldType(service: Service, typeName: string, fieldName: string): GraphQLOutputType {
  return (fieldOf(service, typeName, fieldName) as { type: GraphQLOutputType }).type;
}

function fieldOf({ schema }: Service, typeName: string, fieldName: string) {
  const own = Object.keys(renames.types).find((name) => renames.types[name] === typeName && schema.getType(name));
  const type = schema.getType(own ?? typeName);
  if (!isObjectType(type)) return undefined;
  const root = typeName === 'Query' || typeName === 'Mutation';
  return Object.values(type.getFields()).find(({ name }) => (root ? graphRootField(name) : name) === fieldName);
}
