// Hook caller: calls a function of the configuration within its time-out. What it throws fails what it was called for,
// and nothing of it reaches clients but a GraphQLError that was meant for them.
import { GraphQLError } from 'graphql';
import { isPureGraphQLError, markDeliberate } from '../compose/resolver-errors.ts';
import type { HooksConfig } from '../config/hooks.ts';
import { ErrorCode } from '../errors.ts';
import type { Cancellation } from '../transport/cancellation.ts';
import { RequestCancelled } from '../transport/subgraph-error.ts';
import type { RequestHookContext } from './hook-context.ts';

export class HookCaller {
  readonly #timeout: number;
  readonly #mask: (error: unknown) => GraphQLError;

  /**
   * @param timeout in milliseconds.
   * @param mask an unexpected error as clients may see it; it is logged there.
   */
  constructor(timeout: number, mask: (error: unknown) => GraphQLError) {
    this.#timeout = timeout;
    this.#mask = mask;
  }

  /** As `call`, for hooks of one fetch: its errors do not set the status of the response. */
  callForFetch(
    name: keyof HooksConfig,
    call: () => unknown,
    context: RequestHookContext,
    cancellation: Cancellation,
  ): undefined | Promise<undefined> {
    const failed = (error: unknown): never => {
      throw error instanceof RequestCancelled ? error : this.visible(error, false);
    };
    try {
      const called = this.call(name, call, context, cancellation);
      return called instanceof Promise ? called.catch(failed) : called;
    } catch (error) {
      return failed(error);
    }
  }

  /**
   * Calls a hook, and waits for it within the time-out. @throws what it throws, or rejects with it.
   * @param cancellation ends the wait as well.
   */
  call(
    name: keyof HooksConfig,
    call: () => unknown,
    context: RequestHookContext,
    cancellation: Cancellation | null,
  ): undefined | Promise<undefined> {
    let returned: unknown;
    try {
      returned = context.run(call);
    } catch (error) {
      throw named(name, error);
    }
    if (!isPromise(returned)) return checked(name, returned);
    return bounded(returned, this.#timeout, cancellation).then(
      (value) => checked(name, value),
      (error) => {
        throw named(name, error);
      },
    );
  }

  /** The error for the operation's client. @param hasStatus whether it may set the status of the response. */
  visible(error: unknown, hasStatus = true): GraphQLError {
    if (error instanceof RequestCancelled || !isPureGraphQLError(error)) return deliberate(this.#mask(error));
    const { http, ...extensions } = error.extensions;
    const status = hasStatus ? statusOf(http) : undefined;
    const visible = { code: ErrorCode.HOOK_ERROR, ...extensions, ...(status !== undefined && { http: { status } }) };
    try {
      JSON.stringify(visible);
    } catch (cause) {
      return deliberate(
        this.#mask(new Error('The extensions of an error that a hook has thrown are no JSON.', { cause })),
      );
    }
    return new GraphQLError(error.message, { extensions: markDeliberate(visible) });
  }
}

function deliberate({ message, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: markDeliberate(extensions) });
}

/** HTTP status of an error that has one. */
function statusOf(http: unknown): number | undefined {
  const status = (http as { status?: unknown } | null | undefined)?.status;
  return Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599 ? Number(status) : undefined;
}

/** An error for the log that names the hook; those for clients stay as they are. */
export function named(name: keyof HooksConfig, error: unknown): unknown {
  if (isPureGraphQLError(error) || error instanceof RequestCancelled) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`hooks.${name} failed: ${reason}`, { cause: error });
}

/** An error or `false` that is returned would be meant as a rejection, and have no effect. */
function checked(name: keyof HooksConfig, returned: unknown): undefined {
  if (returned !== false && !(returned instanceof Error)) return undefined;
  throw named(
    name,
    new Error(`it returned ${returned === false ? 'false' : 'an error'}; throw a GraphQLError to reject`),
  );
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function bounded(promise: PromiseLike<unknown>, timeout: number, cancellation: Cancellation | null): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(cancellation?.isExpired ? cancellation.error : new RequestCancelled());
    const timer = setTimeout(() => reject(new Error(`it took longer than ${timeout} ms (hooks.timeout)`)), timeout);
    const settled = () => {
      clearTimeout(timer);
      cancellation?.remove(cancel);
    };
    if (cancellation?.cancelled) cancel();
    else cancellation?.add(cancel);
    Promise.resolve(promise).then(resolve, reject).finally(settled);
  });
}
