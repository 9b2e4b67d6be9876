// Reader of the connectors of a REST service: each `@connect` with what it resolves, and what its selection provides.
import {
  GraphQLList,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import type { Connector, EntityConnector, FieldConnector } from '../../transport/rest/connector.ts';
import { ownDefinitions } from '../sdl.ts';
import { ConnectorCompiler } from './compile-connector.ts';
import { type DeclaredConnector, type DeclaredSource, readConnectDirective } from './connect-directives.ts';
import type { ConnectDocument, PlacedDirective } from './connect-document.ts';
import type { CoverageOptions } from './coverage.ts';
import { OutputCheck, type Provided } from './output-check.ts';
import type { Problems } from './problems.ts';
import { type ConnectorPlace, type VariableSettings, VariableUses } from './variable-uses.ts';

export interface RestServiceSettings extends VariableSettings {
  /** Names of header fields that the configuration sets, in lower case. */
  fixedHeaders: ReadonlySet<string>;
}

/** A connector whose texts have been read. */
export interface PlacedConnector {
  place: ConnectorPlace;
  declared: DeclaredConnector;
  coordinate: string;
  provided: readonly Provided[];
}

export class ConnectorReader {
  /** By coordinate. */
  readonly roots = new Map<string, Connector>();
  readonly fields = new Map<string, FieldConnector>();
  /** By type. */
  readonly entities: CoverageOptions['entities'] = new Map();
  readonly placed: PlacedConnector[] = [];
  readonly #name: string;
  readonly #schema: GraphQLSchema;
  readonly #document: ConnectDocument;
  readonly #settings: RestServiceSettings;
  readonly #problems: Problems;
  readonly #hasCustomScalars: boolean;

  constructor(
    name: string,
    schema: GraphQLSchema,
    document: ConnectDocument,
    settings: RestServiceSettings,
    problems: Problems,
  ) {
    this.#name = name;
    this.#schema = schema;
    this.#document = document;
    this.#settings = settings;
    this.#problems = problems;
    this.#hasCustomScalars = Object.values(schema.getTypeMap()).some(
      (type) => isScalarType(type) && !isSpecifiedScalarType(type) && !ownDefinitions.has(type.name),
    );
  }

  read(source: DeclaredSource): void {
    const { connectors } = this.#document;
    const connected = new Set(
      connectors.flatMap(({ type, field }) => (field && !this.#isRoot(type) ? [`${type}.${field.name.value}`] : [])),
    );
    for (const placed of connectors) this.#connector(placed, source, connected);
  }

  #connector(placed: PlacedDirective, source: DeclaredSource, connected: ReadonlySet<string>): void {
    const { directive, type: typeName, field } = placed;
    const declared = readConnectDirective(directive, this.#problems);
    const type = this.#schema.getType(typeName);
    if (!declared || !isObjectType(type)) return;
    if (declared.source && declared.source.value !== source.name) {
      this.#problems.at(declared.source, `there is no @source of this name: the one here is "${source.name}"`);
    }
    const isRoot = this.#isRoot(typeName);
    const definition = field && type.getFields()[field.name.value];
    const coordinate = field ? `${typeName}.${field.name.value}` : typeName;
    if (this.#schema.getSubscriptionType() === type) {
      this.#problems.at(directive, 'subscriptions cannot have @connect: serve them from another subgraph');
      return;
    }
    const place: ConnectorPlace = { service: this.#name, type, field: definition ?? null, isRoot };
    const uses = new VariableUses(place, this.#settings);
    const compiler = new ConnectorCompiler(
      coordinate,
      uses,
      this.#problems,
      this.#settings.fixedHeaders,
      this.#hasCustomScalars,
    );
    const isEntity = !field || declared.isEntity;
    const compiled = compiler.compile(declared, source, isEntity && uses.batch.size === 0);
    if (!compiled) return;
    const isBatch = uses.batch.size > 0;
    const what = `selection of ${coordinate}`;
    const output = definition?.type ?? (isBatch ? new GraphQLList(type) : type);
    const outputs = new OutputCheck(this.#schema, connected, {
      problem: (message, offset) => this.#problems.inText(declared.selection, offset, what, message),
    });
    const provided = outputs.check(compiled.shape, output, definition ? coordinate : `the value for ${type}`, 0);
    const one: PlacedConnector = { place, declared, coordinate, provided };
    this.placed.push(one);
    const connector = isBatch ? { ...compiled.connector, isEntity: false } : compiled.connector;
    if (!field) this.#addEntity(one, connector, isBatch ? 'batch' : 'this', [...(isBatch ? uses.batch : uses.needs)]);
    else if (isRoot) this.#addRoot(one, connector);
    else this.#addField(one, connector, [...uses.needs]);
    if (isBatch && uses.needs.size > 0) this.#problems.at(directive, 'use one of $this and $batch');
    if (declared.maxSize !== null && !isBatch)
      this.#problems.at(directive, 'batch needs $batch: use it in the request');
  }

  #addRoot(one: PlacedConnector, connector: Connector): void {
    const { coordinate, declared, place } = one;
    if (this.roots.has(coordinate)) {
      this.#problems.at(declared.node, `${coordinate} has another @connect: a root field has one`);
      return;
    }
    this.roots.set(coordinate, connector);
    if (!declared.isEntity) return;
    const type = place.field && getNamedType(place.field.type);
    const isList = place.field !== null && isListType(getNullableType(place.field.type));
    if (place.type !== this.#schema.getQueryType() || !isObjectType(type) || isList) {
      this.#problems.at(declared.node, 'entity: true is for fields of Query that return one object');
      return;
    }
    const keys = (place.field?.args ?? []).map((argument) => argument.name);
    const unknown = keys.filter((key) => !Object.hasOwn(type.getFields(), key));
    if (keys.length === 0 || unknown.length > 0) {
      this.#problems.at(
        declared.node,
        unknown.length > 0
          ? `entity: true: the arguments are the key, and ${type} has no field ${unknown.join(', ')}`
          : 'entity: true: the arguments are the key, and there is none',
      );
      return;
    }
    this.#entity(type, { connector, variable: 'args', keys, maxSize: null }, one.provided);
  }

  #addField({ coordinate, declared }: PlacedConnector, connector: Connector, needs: string[]): void {
    if (declared.isEntity) this.#problems.at(declared.node, 'entity: true is for fields of Query');
    if (this.fields.has(coordinate)) {
      this.#problems.at(declared.node, `${coordinate} has another @connect: a field has one`);
    }
    if (needs.length === 0) {
      this.#problems.at(declared.node, `${coordinate} uses no field of its parent: use $this, as in {$this.id}`);
    }
    this.fields.set(coordinate, { connector, needs });
  }

  #addEntity(
    { place, declared, provided }: PlacedConnector,
    connector: Connector,
    variable: EntityConnector['variable'],
    keys: string[],
  ): void {
    if (declared.isEntity) this.#problems.at(declared.node, 'entity: true is for fields of Query: remove it');
    if (keys.length === 0) {
      this.#problems.at(
        declared.node,
        `@connect on ${place.type} needs its key: use $this.id or $batch.id in the request`,
      );
      return;
    }
    const lacking = keys.filter((key) => !provided.every(({ fields }) => fields.has(key)));
    if (variable === 'batch' && lacking.length > 0 && provided.length > 0) {
      const message = `objects are matched by ${lacking.join(', ')}: add it to the selection`;
      this.#problems.inText(declared.selection, 0, `selection of ${place.type}`, message);
    }
    const { maxSize } = declared;
    this.#entity(place.type, { connector, variable, keys, maxSize }, provided);
  }

  #entity(type: GraphQLObjectType, entity: Omit<EntityConnector, 'provides'>, provided: readonly Provided[]): void {
    const [first, ...others] = provided;
    const names = [...(first?.fields.keys() ?? [])].filter((name) => others.every(({ fields }) => fields.has(name)));
    const known = this.entities.get(type.name) ?? [];
    known.push({ ...entity, provides: new Set(names), provided });
    this.entities.set(type.name, known);
  }

  #isRoot(type: string): boolean {
    const { query, mutation, subscription } = this.#schema.toConfig();
    return [query, mutation, subscription].some((root) => root?.name === type);
  }
}
