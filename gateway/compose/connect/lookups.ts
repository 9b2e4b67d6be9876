// Lookup fields of a REST service: for each type with connectors by key, the field of the query type by which the gateway
// fetches its entities, with the stitching directives that declare it.
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNullableType,
  isObjectType,
  Kind,
  parse,
} from 'graphql';
import type { EntityLookup, FieldConnector } from '../../transport/rest/connector.ts';
import type { Coverage, CoverageOptions } from './coverage.ts';

export interface PlannedLookups {
  /** By name of the field. */
  lookups: Map<string, EntityLookup>;
  /** Inputs of computed fields, by coordinate. */
  computed: Map<string, readonly string[]>;
  /** Messages by type. */
  problems: Map<string, string>;
}

export interface LookupOptions extends Pick<CoverageOptions, 'fields' | 'entities'> {
  schema: GraphQLSchema;
  /** Keys that types declare. */
  declared: ReadonlyMap<string, readonly string[]>;
}

/** @param coverageWith coverage where these fields are computed. */
export function planLookups(
  { schema, fields, entities, declared }: LookupOptions,
  coverageWith: (computed: ReadonlySet<string>) => Coverage,
): PlannedLookups {
  const planned: PlannedLookups = { lookups: new Map(), computed: new Map(), problems: new Map() };
  for (const type of objectTypes(schema)) {
    const own = [...fields].filter(([coordinate]) => coordinate.startsWith(`${type}.`));
    const byKey = entities.get(type.name) ?? [];
    if (own.length === 0 && byKey.length === 0) continue;
    const keySets = distinct(byKey.map(({ keys }) => keys));
    if (keySets.length === 0) {
      const key = declared.get(type.name) ?? commonNeeds(own.map(([, connector]) => connector));
      if (key.length === 0) {
        planned.problems.set(
          type.name,
          `the fields of ${type} with @connect use different fields of $this: declare its key, as in @key(fields: "id")`,
        );
        continue;
      }
      keySets.push(key);
    }
    // Without a key of its own, the type may be one of this service alone.
    const isRequired = byKey.length > 0 || declared.has(type.name);
    addLookups(type, keySets, own, isRequired, planned, coverageWith);
  }
  return planned;
}

function addLookups(
  type: GraphQLObjectType,
  keySets: readonly (readonly string[])[],
  own: readonly [string, FieldConnector][],
  isRequired: boolean,
  planned: PlannedLookups,
  coverageWith: (computed: ReadonlySet<string>) => Coverage,
): void {
  const inputs = new Set<string>();
  const plain = coverageWith(new Set());
  for (const [coordinate, connector] of own) {
    const extra = keySets.flatMap((keys) => plain.unknownNeeds(type, connector, (name) => keys.includes(name)));
    if (extra.length === 0) continue;
    planned.computed.set(coordinate, [...new Set(extra)]);
    for (const name of extra) inputs.add(name);
  }
  const coverage = coverageWith(new Set(planned.computed.keys()));
  const whole = keySets.filter((keys) => coverage.uncoveredByKey(type, keys).length === 0);
  const [first] = keySets;
  if (whole.length === 0 && first && (isRequired || inputs.size > 0)) {
    const fields = coverage.uncoveredByKey(type, first).join(', ');
    planned.problems.set(
      type.name,
      `${fields}: nothing provides it for an entity of ${type} by its key { ${first.join(' ')} }: add it to the selection of ` +
        'a connector with this key, or give the field a @connect of its own',
    );
  }
  // Keys of several fields are declared on the type, once; those of the fields that are computed too.
  const composite = whole.find((keys) => keys.length > 1) ?? (inputs.size > 0 ? whole[0] : undefined);
  for (const keys of whole) {
    if (keys.length > 1 && keys !== composite) continue;
    const properties = keys === composite ? [...new Set([...keys, ...inputs])] : null;
    planned.lookups.set(lookupName(type, keys), { type: type.name, keys, properties });
  }
}

function lookupName(type: GraphQLObjectType, keys: readonly string[]): string {
  const upper = keys.map((key) => key.charAt(0).toUpperCase() + key.slice(1));
  return `_${type.name.charAt(0).toLowerCase()}${type.name.slice(1)}By${upper.join('And')}`;
}

function commonNeeds(connectors: readonly FieldConnector[]): string[] {
  const [first, ...others] = connectors;
  return [...(first?.needs ?? [])].filter((name) => others.every(({ needs }) => needs.includes(name)));
}

function distinct(keySets: readonly (readonly string[])[]): (readonly string[])[] {
  return [...new Map(keySets.map((keys) => [keys.toSorted().join(' '), keys])).values()];
}

function objectTypes(schema: GraphQLSchema): GraphQLObjectType[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__') && !roots.includes(type),
  );
}

/** The document with the lookup fields, the keys, and without fields that other services have. */
export function withLookups(
  document: DocumentNode,
  schema: GraphQLSchema,
  { lookups, computed }: PlannedLookups,
  external: ReadonlySet<string>,
  hasQuery: boolean,
): DocumentNode {
  const keyed = new Map([...lookups.values()].filter(({ properties }) => properties).map((one) => [one.type, one]));
  const definitions = document.definitions.map((definition): DefinitionNode => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) {
      return definition;
    }
    const type = definition.name.value;
    const fields = (definition.fields ?? [])
      .filter((field) => !external.has(`${type}.${field.name.value}`))
      .map((field) => {
        const inputs = computed.get(`${type}.${field.name.value}`);
        const more = inputs ? [directive(`@computed(selectionSet: "{ ${inputs.join(' ')} }")`)] : [];
        return { ...field, directives: [...(field.directives ?? []), ...more] };
      });
    const lookup = keyed.get(type);
    if (!lookup) return { ...definition, fields };
    keyed.delete(type);
    const key = directive(`@key(selectionSet: "{ ${lookup.keys.join(' ')} }")`);
    return { ...definition, fields, directives: [...(definition.directives ?? []), key] };
  });
  const added = [...lookups].map(([name, lookup]) => lookupText(name, lookup, schema));
  if (added.length === 0) return { ...document, definitions };
  const start = hasQuery ? `extend type ${schema.getQueryType()}` : 'type Query';
  const text = `${start} { ${added.map(({ field }) => field).join('\n')} }\n${added.map(({ input }) => input).join('\n')}`;
  return { ...document, definitions: [...definitions, ...parse(text, { noLocation: true }).definitions] };
}

function lookupText(
  name: string,
  { type, keys, properties }: EntityLookup,
  schema: GraphQLSchema,
): { field: string; input: string } {
  const fields = (schema.getType(type) as GraphQLObjectType).getFields();
  const typeOf = (field: string) => String(getNullableType(fields[field]?.type));
  if (!properties) {
    const [key = ''] = keys;
    return { field: `${name}(keys: [${typeOf(key)}!]!): [${type}]! @merge(keyField: "${key}")`, input: '' };
  }
  const input = `${name}Key`;
  const inputs = properties.map((field) => `${field}: ${typeOf(field)}${keys.includes(field) ? '!' : ''}`);
  return {
    field: `${name}(keys: [${input}!]!): [${type}]! @merge(keyArg: "keys")`,
    input: `input ${input} { ${inputs.join(' ')} }`,
  };
}

function directive(text: string) {
  const [definition] = parse(`type T ${text} { f: Int }`, { noLocation: true }).definitions;
  return (definition as { directives: readonly ConstDirectiveNode[] }).directives[0]!;
}
