// REST client: a subgraph's client whose service speaks HTTP and JSON. It gets the same GraphQL requests as every client;
// connectors make HTTP requests of them, which go through the same addresses, retries, breaker and bulkhead.
import { getNamedType, isCompositeType, OperationTypeNode } from 'graphql';
import { FetchProfile, unknownFetch } from '../fetch-profile.ts';
import { SubgraphClient, type SubgraphClientOptions } from '../subgraph-client.ts';
import { RequestCancelled } from '../subgraph-error.ts';
import type { Done } from '../subgraph-exchange.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import type { SubgraphScope } from '../subgraph-scope.ts';
import { type CompiledField, DocumentTranslator } from '../translate/document-translator.ts';
import { resolveFields } from '../translate/resolve-fields.ts';
import type { TranslatedResponse } from '../translate/translated-response.ts';
import { JsonShape } from '../translate/value-shape.ts';
import { CallQueue } from './call-queue.ts';
import type { Connector, EntityLookup, RestService } from './connector.ts';
import { compileMapping, type Evaluate } from './mapping/compile.ts';
import { InvalidInput, MappingFailure } from './mapping/values.ts';
import { RequestedValue } from './requested-value.ts';
import { RestCall } from './rest-call.ts';
import { RestRun, type SendCall } from './rest-run.ts';
import { describe, ObjectPaths, SentCalls } from './sent-calls.ts';

export interface RestClientOptions extends SubgraphClientOptions {
  /** Read with the first request: composition checks it before. */
  service(): RestService;
}

/** A root field of a document, compiled for this service. */
type RootField = { connector: Connector; evaluate: Evaluate } | { lookup: EntityLookup; evaluate: Evaluate };

const noFields: readonly string[] = [];

export class RestClient extends SubgraphClient {
  /** A connector's requests have no place for a file. */
  override readonly takesFiles: boolean = false;
  readonly #read: () => RestService;
  readonly #compiled = new WeakMap<CompiledField, RootField>();
  #opened: { service: RestService; translator: DocumentTranslator } | null = null;

  constructor(options: RestClientOptions) {
    super({ ...options, formHeaders: noFields });
    this.#read = options.service;
  }

  override execute(body: string, scope: SubgraphScope, done: Done, profile = unknownFetch): void {
    if (scope.cancellation.cancelled) {
      done(new RequestCancelled(), null);
      return;
    }
    const { service, translator } = this.#open();
    const request = translator.translate(body);
    const sent = new SentCalls();
    const queue = new CallQueue();
    const isQuery = request.document.operation === OperationTypeNode.QUERY;
    const send: SendCall = (connector, variables, ended) => {
      queue.add((leave) => {
        const end: typeof ended = (error, call) => {
          leave();
          ended(error, call);
        };
        this.#send(connector, variables, body, scope, isQuery ? profile : null, sent, end);
      });
    };
    resolveFields(
      request,
      (field, response, next) => {
        const run = new RestRun(service, request.variables, send);
        this.#resolve(this.#rootField(field, request.document.rootType), field, response, run, () => {
          for (const failure of run.failures) sent.failures.push(failure);
          next();
        });
      },
      (response) => sent.end(response, done),
    );
  }

  requestsFor(document: string): readonly string[] {
    const { service, translator } = this.#open();
    const lines = new Set<string>();
    const collect = ({ method, template }: Connector) => lines.add(`${method} ${template}`);
    const request = translator.translate(JSON.stringify({ query: document }));
    for (const field of request.document.fields) {
      if (!field.definition) continue;
      const root = this.#compile(field, request.document.rootType, { ...service, collect });
      if ('connector' in root) collect(root.connector);
    }
    return [...lines].sort();
  }

  override subscribe(): Promise<AsyncIterableIterator<SubgraphResponse>> {
    return Promise.reject(new Error(`The REST service "${this.name}" has no subscriptions.`));
  }

  #open() {
    if (!this.#opened) {
      const service = this.#read();
      this.#opened = { service, translator: new DocumentTranslator(service.schema, () => new JsonShape()) };
    }
    return this.#opened;
  }

  #rootField(field: CompiledField, rootType: string): RootField {
    const known = this.#compiled.get(field);
    if (known) return known;
    const compiled = this.#compile(field, rootType, this.#open().service);
    this.#compiled.set(field, compiled);
    return compiled;
  }

  #compile(
    { name, definition, selections, context }: CompiledField,
    rootType: string,
    service: RestService,
  ): RootField {
    const type = definition && getNamedType(definition.type);
    const lookup = service.lookups.get(name);
    if (lookup && isCompositeType(type)) {
      const requested = new RequestedValue(type, selections, context, service, true);
      const known = lookup.properties ?? lookup.keys;
      const make = requested.object((key) =>
        known.includes(key) ? (value) => (value as Record<string, unknown>)[key] : undefined,
      );
      return { lookup, evaluate: make };
    }
    const connector = service.roots.get(`${rootType}.${name}`);
    if (!connector) throw new Error(`There is no connector for ${rootType}.${name}.`);
    const requested = isCompositeType(type) ? new RequestedValue(type, selections, context, service) : null;
    return { connector, evaluate: compileMapping(connector.selection, requested) };
  }

  #resolve(root: RootField, field: CompiledField, response: TranslatedResponse, run: RestRun, done: () => void): void {
    const args = response.argumentsOf(field);
    const end = (value: unknown) => {
      run.drain(() => {
        const paths = new ObjectPaths(value);
        for (const failure of run.failures) response.fail(field, describe(this.name, failure, paths));
        response.setProjected(field, 'lookup' in root ? withoutAbsent(value as object[], run) : value);
        done();
      });
    };
    if ('connector' in root) {
      const fail = (error: Error, call: RestCall | null) => run.failures.push({ object: null, key: null, error, call });
      run.call(root.connector, { args }, root.evaluate, fail, end, false);
      return;
    }
    const { keys: names, properties } = root.lookup;
    const keys = (Array.isArray(args.keys) ? args.keys : []) as unknown[];
    const objects = keys.map((key) => {
      const values = properties ? key : { [names[0] as string]: key };
      return root.evaluate(values, values, run.variablesFor({ args })) as object;
    });
    end(objects);
  }

  #send(
    connector: Connector,
    variables: Parameters<SendCall>[1],
    body: string,
    scope: SubgraphScope,
    profile: FetchProfile | null,
    sent: SentCalls,
    ended: Parameters<SendCall>[2],
  ): void {
    let call: RestCall;
    try {
      call = new RestCall(this.name, connector, variables, scope.forwarded?.headersFor(this.name) ?? noFields);
    } catch (error) {
      if (!(error instanceof MappingFailure)) throw error;
      ended(new InvalidInput(`The request to the subgraph "${this.name}" cannot be made: ${error.message}.`), null);
      return;
    }
    const settle: Done = (error, response) => {
      if (response) sent.add(call, response);
      ended(error, call);
    };
    this.exchange(call, body, scope, settle, profile?.isQuery ? connector.profile : mutation(connector));
  }
}

/** The entities that a lookup has found. */
function withoutAbsent(objects: readonly object[], run: RestRun): (object | null)[] {
  return objects.map((object) => (run.absent.has(object) ? null : object));
}

/** Profiles of connectors in mutations: they are neither hedged nor sent on connections that may be closing. */
const mutations = new WeakMap<Connector, FetchProfile>();

function mutation(connector: Connector): FetchProfile {
  let profile = mutations.get(connector);
  if (!profile) {
    profile = new FetchProfile(false, connector.profile.hasCustomScalars, connector.profile.document);
    mutations.set(connector, profile);
  }
  return profile;
}
