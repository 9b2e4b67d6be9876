// Upload request: a request with files to a subgraph, sent once, as a form whose files come from the client at the pace
// at which the service reads. It is never sent again, since the files are gone then.
import { randomBytes } from 'node:crypto';
import { AdmittedRequest } from '../admitted-request.ts';
import { deadlineHeader } from '../deadline.ts';
import { failureFor, isFailure, outcomeOf } from '../failures.ts';
import type { FetchProfile } from '../fetch-profile.ts';
import type { RequestSettings } from '../request-settings.ts';
import { NotConnected } from '../subgraph-address.ts';
import { SubgraphError } from '../subgraph-error.ts';
import { type Done, type ExchangeOwner, SubgraphExchange } from '../subgraph-exchange.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import type { SubgraphScope } from '../subgraph-scope.ts';
import type { UploadConnection } from './upload-connection.ts';
import type { UploadFiles } from './upload-files.ts';
import { uploadForm } from './upload-form.ts';

/** Services that protect forms from pages of other origins require one of them. */
const preflightFields = ['graphql-require-preflight', '1', 'apollo-require-preflight', '1'];

type UploadArguments = ConstructorParameters<typeof UploadRequest>;

/** As `SubgraphClient.execute`, with files. */
export function sendFiles(...given: UploadArguments): void {
  new UploadRequest(...given).start();
}

class UploadRequest extends AdmittedRequest<RequestSettings> implements ExchangeOwner {
  readonly hasCustomScalars: boolean;
  readonly #files: UploadFiles;
  #exchange: SubgraphExchange | null = null;
  #connection: UploadConnection | null = null;

  constructor(
    settings: RequestSettings,
    body: string,
    scope: SubgraphScope,
    uploads: UploadFiles,
    done: Done,
    profile: FetchProfile,
  ) {
    super({ ...settings, exchange: { ...settings.exchange, timeout: uploads.timeout } }, body, scope, done, profile);
    this.hasCustomScalars = profile.hasCustomScalars;
    this.#files = uploads;
  }

  protected override send(now: number): void {
    const { upstreams, exchange: options, keys } = this.settings;
    const { requestId, trace, fetches, deadline, forwarded } = this.scope;
    const { subgraph } = options;
    const upstream = upstreams.choose(now);
    this.attempts = 1;
    const connection = upstream.openUpload?.();
    if (!connection) {
      this.finish(new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', 'its connections take no files'), null, now);
      return;
    }
    this.#connection = connection;
    const boundary = `concierge-${randomBytes(16).toString('hex')}`;
    const ofClient = keys ? keys.fieldsFor(subgraph, this.scope) : (forwarded?.headersFor(subgraph) ?? []);
    const fields = ['x-request-id', requestId, ...ofClient, ...preflightFields];
    const left = this.ends - now;
    if (deadline !== undefined) fields.push(deadlineHeader, `${Math.floor(left)}`);
    const exchange = new SubgraphExchange(options, this, upstream, now, left);
    const { origin, path, label } = upstream;
    if (trace) exchange.fetch = trace.fetch(subgraph, origin, path, 1, fields);
    if (fetches) {
      exchange.record = fetches.send(subgraph, this.body, label, 1);
      exchange.record.queued = this.queued;
    }
    this.#exchange = exchange;
    // Not `begin`: it takes as long as its client needs, which says nothing of the address.
    upstream.inFlight += 1;
    const type = `multipart/form-data; boundary=${boundary}`;
    const headers = ['content-type', type, ...withoutType(upstream.headers), ...fields];
    connection.dispatch(path, headers, this.#form(boundary), exchange);
  }

  /** Ends the exchange where the files break off: the service has got no whole form then. */
  async *#form(boundary: string): AsyncGenerator<Uint8Array> {
    try {
      yield* uploadForm(boundary, this.#files.placeholders.fieldsOf(this.body), this.#files);
    } catch (error) {
      if (!this.isOver) this.finish(error as Error, null, performance.now());
      throw error;
    }
  }

  headReceived(): void {}

  exchangeEnded(exchange: SubgraphExchange, error: Error | null, response: SubgraphResponse | null): void {
    const now = performance.now();
    const { upstream } = exchange;
    upstream.end();
    const outcome = outcomeOf(error);
    exchange.fetch?.end(outcome);
    exchange.record?.end(outcome);
    if (this.isOver) return;
    if (response?.data) upstream.failuresInRow = 0;
    else if (isFailure(error)) this.settings.upstreams.fail(upstream, now, error instanceof NotConnected);
    this.finish(failureFor(error, this.scope, upstream), response, now);
  }

  protected override finish(error: Error | null, response: SubgraphResponse | null, now: number): void {
    this.isOver = true;
    this.#exchange?.abandon();
    this.#exchange = null;
    // A service may respond before it has read everything.
    this.#files.stop();
    void this.#connection?.destroy();
    this.#connection = null;
    super.finish(error, response, now);
  }
}

function withoutType(fields: readonly string[]): string[] {
  return fields.filter((_, index) => fields[index - (index % 2)] !== 'content-type');
}
