// Mocked service: serves a subgraph's requests in this process, from its SDL, in place of connections to its addresses.
import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  OperationTypeNode,
  parse,
  subscribe,
} from 'graphql';
import type { Dispatcher } from 'undici';
import type { Connection } from '../connection.ts';
import { type MockOverrides, subscriberOf } from './mock-overrides.ts';
import { MockResolvers } from './mock-resolvers.ts';
import { buildMockSchema } from './mock-schema.ts';

export interface MockServiceOptions {
  /** Its schema, with stitching or Federation directives; read at the first request. */
  sdl(): string;
  /** Other values for the same fields; the same values for the same seed. */
  seed: string;
  overrides: MockOverrides;
}

type Executed = ExecutionResult | AsyncGenerator<ExecutionResult, void, void>;

/** Milliseconds between two events of a subscription. */
const EVENT_INTERVAL = 1_000;

export class MockService {
  readonly #options: MockServiceOptions;
  #parts: { schema: GraphQLSchema; resolvers: MockResolvers } | undefined;

  constructor(options: MockServiceOptions) {
    this.#options = options;
  }

  /** A connection for several queries, or for one subscription. */
  connect(): Connection {
    const controllers = new Set<MockController>();
    return {
      dispatch: ({ body }, handler) => {
        const controller = new MockController(handler);
        controllers.add(controller);
        handler.onRequestStart?.(controller, {});
        this.#respond(body ?? '', controller)
          .catch((error) => controller.fail(error))
          .finally(() => controllers.delete(controller));
      },
      destroy: async () => {
        for (const controller of controllers) controller.abort(new Error('The connection has been closed.'));
      },
    };
  }

  async #respond(body: string, controller: MockController): Promise<void> {
    const result = await this.#execute(body);
    if (!isStream(result)) {
      // What is invented is not cached.
      controller.start({ 'content-type': 'application/json', 'cache-control': 'no-store' });
      controller.write(JSON.stringify(result));
      controller.end();
      return;
    }
    controller.start({ 'content-type': 'text/event-stream' });
    controller.onAbort = () => void result.return?.();
    for await (const event of result) {
      if (controller.aborted) return;
      controller.write(`event: next\ndata: ${JSON.stringify(event)}\n\n`);
      await controller.flowing;
    }
    controller.write('event: complete\ndata:\n\n');
    controller.end();
  }

  async #execute(body: string): Promise<Executed> {
    const { query, variables, operationName } = JSON.parse(body);
    const document = parse(query, { noLocation: true });
    const { schema, resolvers } = this.#open();
    const { fieldResolver, typeResolver } = resolvers;
    const args: ExecutionArgs = {
      schema,
      document,
      variableValues: variables,
      operationName,
      fieldResolver,
      typeResolver,
    };
    const isSubscription = document.definitions.some(
      (node) => 'operation' in node && node.operation === OperationTypeNode.SUBSCRIPTION,
    );
    if (!isSubscription) return execute(args);
    return subscribe({ ...args, subscribeFieldResolver: this.#subscriber(resolvers) }) as Promise<Executed>;
  }

  #subscriber(resolvers: MockResolvers): NonNullable<ExecutionArgs['subscribeFieldResolver']> {
    return (source, args, context, info) => {
      const own = subscriberOf(this.#options.overrides, info.parentType.name, info.fieldName);
      return own ? own(source, args, context, info) : everySecond(resolvers);
    };
  }

  #open() {
    if (!this.#parts) {
      const { sdl, seed, overrides } = this.#options;
      const schema = buildMockSchema(sdl());
      this.#parts = { schema: schema.schema, resolvers: new MockResolvers(schema, seed, overrides) };
    }
    return this.#parts;
  }
}

/** The first event comes at once. */
function everySecond(resolvers: MockResolvers): AsyncIterableIterator<object> {
  let index = 0;
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (index > 0) {
        await new Promise<void>((resolve) => {
          stop = resolve;
          timer = setTimeout(resolve, EVENT_INTERVAL);
        });
      }
      if (index < 0) return { value: undefined, done: true };
      index += 1;
      return { value: resolvers.event(index), done: false };
    },
    async return() {
      index = -1;
      clearTimeout(timer);
      stop?.();
      return { value: undefined, done: true };
    },
  };
}

function isStream(result: unknown): result is AsyncGenerator<ExecutionResult, void, void> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
}

/** Calls a handler of undici as a connection does. */
class MockController implements Dispatcher.DispatchController {
  readonly #handler: Dispatcher.DispatchHandler;
  reason: Error | null = null;
  /** Resolves when what is written is read. */
  flowing: Promise<void> = Promise.resolve();
  #resume: (() => void) | undefined;
  onAbort: () => void = () => {};

  constructor(handler: Dispatcher.DispatchHandler) {
    this.#handler = handler;
  }

  get aborted(): boolean {
    return this.reason !== null;
  }

  start(headers: Record<string, string>): void {
    if (!this.aborted) this.#handler.onResponseStart?.(this, 200, headers, 'OK');
  }

  write(text: string): void {
    if (!this.aborted) this.#handler.onResponseData?.(this, Buffer.from(text));
  }

  end(): void {
    if (!this.aborted) this.#handler.onResponseEnd?.(this, {});
  }

  fail(error: Error): void {
    if (!this.aborted) this.abort(error);
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.reason = reason;
    this.resume();
    this.onAbort();
    this.#handler.onResponseError?.(this, reason);
  }

  get paused(): boolean {
    return this.#resume !== undefined;
  }

  pause(): void {
    if (this.paused || this.aborted) return;
    this.flowing = new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  resume(): void {
    this.#resume?.();
    this.#resume = undefined;
  }
}
