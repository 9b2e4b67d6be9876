// Requested value: what a request selects of a connector's values, as functions that make objects with its response keys
// from the properties of a mapping. Fields that other connectors resolve are left to the run.
import {
  type GraphQLCompositeType,
  GraphQLID,
  type GraphQLObjectType,
  getNamedType,
  isCompositeType,
  isObjectType,
} from 'graphql';
import { setProperty } from '../../json/json-values.ts';
import {
  type CollectedField,
  collectFields,
  type Selection,
  type SelectionContext,
} from '../translate/collected-fields.ts';
import { compileArguments } from '../translate/input-values.ts';
import { chooseEntities, type EntityConnector, type RestService } from './connector.ts';
import { type DeferredFields, type EntityPlan, type FieldPlan, FoundObject, keyOf, runOf } from './deferred-fields.ts';
import { compileMapping, type Evaluate, type PropertyCompiler, type Requested } from './mapping/compile.ts';
import { MappingFailure } from './mapping/values.ts';
import { compileFields, idText, type ObjectField } from './object-fields.ts';

export class RequestedValue implements Requested {
  readonly #type: GraphQLCompositeType;
  readonly #selections: readonly Selection[];
  readonly #context: SelectionContext;
  readonly #service: RestService;
  /** Whether the type's connectors are called though nothing is missing: an entity may not exist. */
  readonly #isLookup: boolean;
  /** Whether objects lack requested fields, and no connector has them: then the value is that of another connector. */
  isIncomplete = false;

  constructor(
    type: GraphQLCompositeType,
    selections: readonly Selection[],
    context: SelectionContext,
    service: RestService,
    isLookup = false,
  ) {
    this.#type = type;
    this.#selections = selections;
    this.#context = context;
    this.#service = service;
    this.#isLookup = isLookup;
  }

  object(properties: PropertyCompiler): Evaluate {
    if (isObjectType(this.#type)) return this.#objectOf(this.#type, properties);
    const abstract = this.#type;
    const typeName = properties('__typename', null);
    const members = new Map<unknown, Evaluate>();
    return (enclosing, current, variables) => {
      const name = typeName?.(enclosing, current, variables);
      let make = members.get(name);
      if (!make) {
        const { schema } = this.#context;
        const member = typeof name === 'string' ? schema.getType(name) : undefined;
        if (!isObjectType(member) || !schema.isSubType(abstract, member)) {
          throw new MappingFailure(`__typename of a value of ${abstract.name} names none of its types`);
        }
        make = this.#objectOf(member, properties);
        members.set(name, make);
      }
      return make(enclosing, current, variables);
    };
  }

  #objectOf(type: GraphQLObjectType, properties: PropertyCompiler): Evaluate {
    const fields = collectFields(type, this.#selections, this.#context);
    const { set, missing, plans } = this.#compile(type, fields, properties);
    const { fields: deferred, needs } = this.#deferred(type, properties, missing, plans);
    const values = needs.flatMap((name) => {
      const read = properties(name, null);
      return read ? [[name, read] as const] : [];
    });
    const later = [...missing.map((field) => field.responseKey), ...plans.map(({ key }) => key)];
    return (enclosing, current, variables) => {
      const object: Record<string, unknown> = {};
      set(object, enclosing, current, variables);
      if (!deferred) return object;
      for (const key of later) setProperty(object, key, null);
      const known: Record<string, unknown> = {};
      for (const [name, read] of values) known[name] = read(enclosing, current, variables) ?? null;
      runOf(variables).defer({ fields: deferred, object, values: known });
      return object;
    };
  }

  #compile(type: GraphQLObjectType, fields: readonly CollectedField[], properties: PropertyCompiler) {
    const set: ObjectField[] = [];
    const missing: CollectedField[] = [];
    const plans: FieldPlan[] = [];
    for (const field of fields) {
      const { responseKey: key, condition, node } = field;
      const name = node.name.value;
      if (name === '__typename') {
        set.push({ key, condition, read: () => type.name, isId: false });
        continue;
      }
      const below = this.#below(type, field);
      const connector = this.#service.fields.get(`${type.name}.${name}`);
      if (connector) {
        const readArguments = compileArguments(type.getFields()[name]?.args ?? [], node.arguments);
        const mapped = compileMapping(connector.connector.selection, below);
        const evaluate: Evaluate = isId(type, name) ? (...given) => idText(mapped(...given)) : mapped;
        plans.push({ key, condition, connector, readArguments, evaluate });
        continue;
      }
      const read = properties(name, below);
      if (read && !(below?.isIncomplete && this.#isElsewhere(type, name))) {
        set.push({ key, condition, read, isId: isId(type, name) });
        if (below?.isIncomplete) this.isIncomplete = true;
      } else missing.push(field);
    }
    return { set: compileFields(set), missing, plans };
  }

  #isElsewhere(type: GraphQLObjectType, name: string): boolean {
    return (this.#service.entities.get(type.name) ?? []).some(({ provides }) => provides.has(name));
  }

  #below(type: GraphQLObjectType, { node, selections }: CollectedField): RequestedValue | null {
    const definition = type.getFields()[node.name.value];
    if (!definition) throw new Error(`There is no field ${type.name}.${node.name.value}.`);
    const named = getNamedType(definition.type);
    return isCompositeType(named) ? new RequestedValue(named, selections, this.#context, this.#service) : null;
  }

  #deferred(
    type: GraphQLObjectType,
    properties: PropertyCompiler,
    missing: readonly CollectedField[],
    plans: readonly FieldPlan[],
  ): { fields: DeferredFields | null; needs: readonly string[] } {
    const isKnown = (name: string) => properties(name, null) !== undefined;
    const needed = [...new Set(plans.flatMap(({ connector }) => connector.needs))];
    const unknown = needed.filter((name) => !isKnown(name));
    const all = this.#service.entities.get(type.name) ?? [];
    const names = [...new Set([...missing.map(({ node }) => node.name.value), ...unknown])];
    const { connectors, uncovered } = chooseEntities(all, isKnown, names, this.#isLookup ? 1 : 0);
    if (uncovered.length > 0) this.isIncomplete = true;
    for (const { connector } of [...connectors, ...plans.map((plan) => plan.connector)])
      this.#service.collect?.(connector);
    if (connectors.length === 0 && plans.length === 0) return { fields: null, needs: [] };
    const isLate = ({ connector }: FieldPlan) => connector.needs.some((name) => unknown.includes(name));
    const later = plans.filter(isLate);
    const isWhole = this.#isLookup && connectors.length === 1;
    return {
      fields: {
        entities: connectors.map((connector) => this.#entityPlan(type, connector, missing, unknown, later, isWhole)),
        first: plans.filter((plan) => !isLate(plan)),
        later,
      },
      needs: [...new Set([...needed, ...connectors.flatMap(({ keys }) => keys)])],
    };
  }

  #entityPlan(
    type: GraphQLObjectType,
    connector: EntityConnector,
    missing: readonly CollectedField[],
    unknown: readonly string[],
    later: readonly FieldPlan[],
    isWhole: boolean,
  ): EntityPlan {
    const fields = missing.filter(({ node }) => connector.provides.has(node.name.value));
    const wanted = unknown.filter((name) => connector.provides.has(name));
    const found: Requested = {
      object: (properties) => {
        const { set } = this.#compile(type, fields, properties);
        const read = (names: readonly string[]) =>
          names.map((name) => [name, properties(name, null) ?? (() => null)] as const);
        const [keys, more] = [read(connector.keys), read(wanted)];
        return (enclosing, current, variables) => {
          const key = Object.fromEntries(keys.map(([name, each]) => [name, each(enclosing, current, variables)]));
          const text = Object.values(key).some((part) => part === null || part === undefined)
            ? null
            : keyOf(connector.keys, key);
          return new FoundObject(text, enclosing, (object, values) => {
            set(object, enclosing, current, variables);
            for (const [name, each] of more) values[name] = each(enclosing, current, variables) ?? null;
          });
        };
      },
    };
    // Fields that need one of its values fail with it.
    const dependent = later.filter((plan) => plan.connector.needs.some((name) => wanted.includes(name)));
    const failing = [...fields.map(({ responseKey }) => responseKey), ...dependent.map(({ key }) => key)];
    const responseKeys = isWhole ? [null] : failing;
    return { connector, responseKeys, evaluate: compileMapping(connector.connector.selection, found) };
  }
}

function isId(type: GraphQLObjectType, name: string): boolean {
  const definition = type.getFields()[name];
  return definition !== undefined && getNamedType(definition.type) === GraphQLID;
}
