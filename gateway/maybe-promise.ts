// Maybe promises: values or promises, so that work stays synchronous while nothing has to be awaited. Same contract as
// `@whatwg-node/promise-helpers`, without its wrapper objects for synchronous values: those cost 3 µs a request, where
// all of the gateway's own code takes 8.

export type MaybePromise<Value> = Value | Promise<Value>;

/**
 * Calls `next` with the value of `make`, synchronously or when its promise resolves.
 * @param failed called with the error that `make` throws or rejects with; by default the error is rethrown. Errors of
 *   `next` are not passed to it.
 */
export function handleMaybePromise<Value, Next>(
  make: () => MaybePromise<Value>,
  next: (value: Value) => MaybePromise<Next>,
  failed?: (error: unknown) => MaybePromise<Next>,
): MaybePromise<Next> {
  let value: MaybePromise<Value>;
  try {
    value = make();
  } catch (error) {
    if (failed) return failed(error);
    throw error;
  }
  return value instanceof Promise ? value.then(next, failed) : next(value);
}
