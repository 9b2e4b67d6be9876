// REST service from SDL with `@source` and `@connect`: the ordinary schema that is composed like that of any subgraph, and
// the connectors that its client resolves requests with.
import { type GraphQLSchema, type ObjectTypeDefinitionNode, type ObjectTypeExtensionNode, parse, print } from 'graphql';
import type { RestService } from '../../transport/rest/connector.ts';
import { buildSourceSchema, parseSource } from '../sdl.ts';
import { type DeclaredSource, readSourceDirective } from './connect-directives.ts';
import { type ConnectDocument, readDocument } from './connect-document.ts';
import { ConnectorReader, type RestServiceSettings } from './connector-reader.ts';
import { Coverage } from './coverage.ts';
import { planLookups, withLookups } from './lookups.ts';
import type { Provided } from './output-check.ts';
import { Problems } from './problems.ts';

export type { RestServiceSettings } from './connector-reader.ts';

export interface ReadRestService {
  /** With stitching directives. */
  sdl: string;
  service: RestService;
}

/**
 * @param name of the service, for messages.
 * @throws ComposeError with each problem at its place.
 */
export function readRestService(name: string, sdl: string, settings: RestServiceSettings): ReadRestService {
  parseSource(sdl, name);
  return new RestServiceReader(name, readDocument(parse(sdl)), settings).read();
}

/** The baseURL of the service's `@source`; undefined where it has none that can be used. */
export function baseUrlOf(sdl: string): string | undefined {
  const problems = new Problems('');
  const [source] = readDocument(parse(sdl)).sources;
  return (source && readSourceDirective(source, problems))?.baseURL.value.trim();
}

class RestServiceReader {
  readonly #name: string;
  readonly #document: ConnectDocument;
  readonly #settings: RestServiceSettings;
  readonly #problems: Problems;
  readonly #schema: GraphQLSchema;
  readonly #hasQuery: boolean;

  constructor(name: string, document: ConnectDocument, settings: RestServiceSettings) {
    this.#name = name;
    this.#document = document;
    this.#settings = settings;
    this.#problems = new Problems(name);
    this.#hasQuery = hasQuery(document);
    const withQuery = this.#hasQuery ? '' : '\ntype Query { _unused: Boolean }';
    this.#schema = buildSourceSchema(print(document.schema) + withQuery, name);
  }

  read(): ReadRestService {
    const source = this.#source();
    const connectors = new ConnectorReader(this.#name, this.#schema, this.#document, this.#settings, this.#problems);
    if (source) connectors.read(source);
    this.#problems.throwIfAny();
    const { roots, fields, entities } = connectors;
    this.#checkRoots(roots);
    const external = this.#external(connectors);
    const options = { fields, entities, external };
    const planned = planLookups(
      { ...options, schema: this.#schema, declared: this.#document.keys },
      (computed) => new Coverage({ ...options, computed }),
    );
    const coverage = new Coverage({ ...options, computed: new Set(planned.computed.keys()) });
    this.#checkPositions(connectors, coverage);
    for (const [type, message] of planned.problems) this.#problems.at(this.#nodeOf(type), message);
    this.#problems.throwIfAny();
    const document = withLookups(this.#document.schema, this.#schema, planned, external, this.#hasQuery);
    const sdl = print(document);
    const schema = buildSourceSchema(sdl, this.#name);
    const { config } = this.#settings;
    return { sdl, service: { config, schema, roots, fields, lookups: planned.lookups, entities } };
  }

  #source(): DeclaredSource | null {
    const sources = this.#document.sources.flatMap((node) => readSourceDirective(node, this.#problems) ?? []);
    const [source, other] = sources;
    const [connector] = this.#document.connectors;
    if (other) {
      this.#problems.at(
        other.node,
        'a REST subgraph has one @source, whose addresses are balanced and measured: move what belongs to this one to a ' +
          'subgraph of its own',
      );
    }
    if (!source && connector && this.#problems.isEmpty) {
      this.#problems.at(
        connector.directive,
        'the SDL has no @source: add extend schema @source(name: "api", http: { baseURL: "https://…" })',
      );
    }
    if (source && !isBaseUrl(source.baseURL.value.trim())) {
      this.#problems.at(source.baseURL, 'the baseURL is a full address with http:// or https://, without a fragment');
    }
    return source ?? null;
  }

  #checkRoots(connected: RestService['roots']): void {
    const roots = [this.#schema.getQueryType(), this.#schema.getMutationType()];
    for (const root of roots.filter((type) => type !== undefined && type !== null)) {
      for (const name of Object.keys(root.getFields())) {
        const coordinate = `${root}.${name}`;
        if (connected.has(coordinate) || name === '_unused') continue;
        this.#problems.at(this.#nodeOf(root.name, name), `${coordinate} has no @connect: add one, or remove the field`);
      }
    }
    const subscription = this.#schema.getSubscriptionType();
    if (subscription) this.#problems.at(this.#nodeOf(subscription.name), 'a REST service has no subscriptions');
  }

  /** Fields that connectors use, or that are declared external, and that this service does not have. */
  #external({ placed, entities, fields }: ConnectorReader): Set<string> {
    const provided = new Set(placed.flatMap((one) => one.provided.flatMap(coordinatesIn)));
    const keys = new Set(
      [...entities].flatMap(([type, all]) => all.flatMap((one) => one.keys.map((key) => `${type}.${key}`))),
    );
    const external = new Set([...this.#document.external].filter((coordinate) => !keys.has(coordinate)));
    for (const [coordinate, { needs }] of fields) {
      const [type = ''] = coordinate.split('.');
      const key = this.#document.keys.get(type);
      const own = [...fields].filter(([other]) => other.startsWith(`${type}.`)).map(([, one]) => one.needs);
      for (const name of needs) {
        const isKey =
          keys.has(`${type}.${name}`) ||
          (key ?? own.reduce((all, one) => all.filter((each) => one.includes(each)))).includes(name);
        if (!isKey && !provided.has(`${type}.${name}`)) external.add(`${type}.${name}`);
      }
    }
    return external;
  }

  #checkPositions({ placed }: ConnectorReader, coverage: Coverage): void {
    for (const { declared, coordinate, place, provided } of placed) {
      // What the connectors of a type lack is checked with its key.
      if (!place.field) continue;
      for (const one of provided) {
        const uncovered = coverage.uncovered(one);
        if (uncovered.length === 0) continue;
        const message = `nothing provides ${uncovered.join(', ')} here: add it to the selection, or a connector by key`;
        this.#problems.inText(declared.selection, one.offset, `selection of ${coordinate}`, message);
      }
    }
  }

  #nodeOf(type: string, field?: string) {
    const nodes = parseNodes(this.#document, type);
    const found =
      field === undefined
        ? undefined
        : nodes.flatMap(({ fields = [] }) => fields).find(({ name }) => name.value === field);
    return found ?? nodes[0] ?? this.#document.schema;
  }
}

function parseNodes({ schema }: ConnectDocument, type: string) {
  return schema.definitions.filter(
    (node) => (node.kind === 'ObjectTypeDefinition' || node.kind === 'ObjectTypeExtension') && node.name.value === type,
  ) as (ObjectTypeDefinitionNode | ObjectTypeExtensionNode)[];
}

function hasQuery({ schema }: ConnectDocument): boolean {
  return schema.definitions.some(
    (node) =>
      (node.kind === 'ObjectTypeDefinition' && node.name.value === 'Query') ||
      (node.kind === 'SchemaDefinition' && node.operationTypes.some(({ operation }) => operation === 'query')) ||
      (node.kind === 'ObjectTypeExtension' && node.name.value === 'Query'),
  );
}

function coordinatesIn({ types, fields }: Provided): string[] {
  return [...fields].flatMap(([name, below]) => [
    ...types.map((type) => `${type}.${name}`),
    ...below.flatMap(coordinatesIn),
  ]);
}

function isBaseUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && !text.includes('#') && !/[{}\s]/.test(text);
}
