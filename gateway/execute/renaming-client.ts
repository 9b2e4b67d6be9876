// Renaming client: maps requests from the graph's names to a service's own. Used only where the service has other
// names; a document is mapped when it is first sent.
import { parse, print } from 'graphql';
import type { ServiceNames } from '../compose/renames/service-names.ts';
import { copyJson } from '../json/json-values.ts';
import { parseJson } from '../json/parse-json.ts';
import type { Plan } from '../query-plan/plan.ts';
import type { FetchProfile } from '../transport/fetch-profile.ts';
import type { SubgraphResponse, SubgraphScope } from '../transport/subgraph-client.ts';
import type { Done } from '../transport/subgraph-exchange.ts';
import { FetchDocuments } from './request-body.ts';
import type { QueryClient, RemoteClient } from './target.ts';

/** Maximum number of cached documents of a service; the oldest is evicted. */
const MAX_DOCUMENTS = 2_000;

interface MappedDocument {
  /** The request's JSON text up to the variables. */
  start: string;
  mapVariables: ((variables: Readonly<Record<string, unknown>>) => unknown) | null;
  mapData: ((data: unknown) => void) | null;
}

/**
 * A plan to show: with the documents that services get, where they have other names than the graph.
 * @param namesOf the names of a subgraph's service; undefined where they are the graph's.
 */
export function withSentDocuments(plan: Plan, namesOf: (subgraph: string) => ServiceNames | undefined): Plan {
  return {
    ...plan,
    fetches: plan.fetches.map((fetch) => {
      const names = namesOf(fetch.subgraph);
      if (!names) return fetch;
      const documents = new FetchDocuments(fetch);
      const { text } = fetch.repeat ? documents.repeated(fetch.repeat, 1) : documents.whole;
      return { ...fetch, sent: print(names.request(parse(text, { noLocation: true })).document) };
    }),
  };
}

interface MappedRequest extends Pick<MappedDocument, 'mapData'> {
  body: string;
}

/** Maps the JSON texts of requests. */
export class RequestTexts {
  readonly #names: ServiceNames;
  readonly #documents = new Map<string, MappedDocument>();

  constructor(names: ServiceNames) {
    this.#names = names;
  }

  map(body: string): MappedRequest {
    const literal = queryLiteral(body);
    const { start, mapVariables, mapData } = this.#document(literal);
    const rest = body.slice(queryKey.length + literal.length);
    if (!mapVariables || rest === '}') return { body: start + rest, mapData };
    const { variables, ...others } = parseJson(`{${rest.slice(1)}`) as { variables?: Record<string, unknown> };
    const mapped = JSON.stringify({ ...(variables && { variables: mapVariables(variables) }), ...others });
    return { body: mapped === '{}' ? `${start}}` : `${start},${mapped.slice(1)}`, mapData };
  }

  #document(literal: string): MappedDocument {
    const known = this.#documents.get(literal);
    if (known) {
      this.#documents.delete(literal);
      this.#documents.set(literal, known);
      return known;
    }
    const { document, mapVariables, mapData } = this.#names.request(parse(JSON.parse(literal), { noLocation: true }));
    const mapped = { start: `${queryKey}${JSON.stringify(print(document))}`, mapVariables, mapData };
    if (this.#documents.size >= MAX_DOCUMENTS) {
      const [oldest] = this.#documents.keys();
      this.#documents.delete(oldest as string);
    }
    this.#documents.set(literal, mapped);
    return mapped;
  }
}

/** First characters of every request's text. */
const queryKey = '{"query":';

function queryLiteral(body: string): string {
  const literal = /"(?:[^"\\]|\\.)*"/y;
  literal.lastIndex = queryKey.length;
  const match = body.startsWith(queryKey) ? literal.exec(body)?.[0] : undefined;
  if (match === undefined) throw new Error('The text of a request begins with its query.');
  return match;
}

export class RenamingQueries implements QueryClient {
  readonly name: string;
  readonly texts: RequestTexts;
  readonly #client: QueryClient;

  constructor(client: QueryClient, texts: RequestTexts) {
    this.name = client.name;
    this.texts = texts;
    this.#client = client;
  }

  execute(body: string, scope: SubgraphScope, done: Done, profile?: FetchProfile): void {
    const mapped = this.texts.map(body);
    scope.fetches?.rename(this.name, body, mapped.body);
    const { mapData } = mapped;
    const settle: Done = (error, response) => {
      let handed = response;
      try {
        if (response && mapData) handed = mapResponse(response, mapData);
      } catch (failure) {
        // Data that is nested too deeply to be copied.
        done(failure as Error, null);
        return;
      }
      done(error, handed);
    };
    this.#client.execute(mapped.body, scope, settle, profile);
  }
}

export class RenamingClient extends RenamingQueries implements RemoteClient {
  readonly #subscriber: Pick<RemoteClient, 'subscribe'>;

  constructor(client: RemoteClient, texts: RequestTexts) {
    super(client, texts);
    this.#subscriber = client;
  }

  async subscribe(body: string, scope: SubgraphScope): Promise<AsyncIterableIterator<SubgraphResponse>> {
    const { body: mapped, mapData } = this.texts.map(body);
    const events = await this.#subscriber.subscribe(mapped, scope);
    return mapData ? mapEvents(events, mapData) : events;
  }
}

/** What others share is copied: a value that is mapped twice would be another. */
function mapResponse(response: SubgraphResponse, mapData: (data: unknown) => void): SubgraphResponse {
  const mapped = response.isShared ? { ...response, data: copyJson(response.data) } : response;
  mapData(mapped.data);
  return mapped;
}

function mapEvents(
  events: AsyncIterableIterator<SubgraphResponse>,
  mapData: (data: unknown) => void,
): AsyncIterableIterator<SubgraphResponse> {
  const mapped: AsyncIterableIterator<SubgraphResponse> = {
    [Symbol.asyncIterator]: () => mapped,
    next: async () => {
      const step = await events.next();
      return step.done ? step : { done: false, value: mapResponse(step.value, mapData) };
    },
    return: async () => (await events.return?.()) ?? { done: true, value: undefined },
  };
  return mapped;
}
