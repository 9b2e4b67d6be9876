// Cancellation of a request: ends running work early when the client has disconnected, or the gateway stops. One per
// request, shared by all its fetches. Lighter than an AbortController (no EventTarget): a request that is never
// cancelled costs one small object. A request that expires still has a reader: what it waits for fails, as at its
// deadline, and it responds with the rest.

import type { GraphQLError } from 'graphql';
import { requestError } from '../errors.ts';

/** Error in place of a response that has no reader any more: execution stops. */
export function requestCancelled(): GraphQLError {
  return requestError('REQUEST_CANCELLED');
}

/** Error of a request that had nothing yet when the grace period of a stopping gateway ended. */
export function shuttingDown(): GraphQLError {
  const message =
    'The gateway is shutting down, and no response was ready in time. A mutation may have had its effect.';
  return requestError('SHUTTING_DOWN', { message, headers: { 'retry-after': '1' } });
}

export class Cancellation {
  #listeners: Set<() => void> | undefined;
  #controller: AbortController | undefined;
  #cancelled = false;
  #isExpired = false;

  /** Whether the request is to respond now, with what is known: nothing more is fetched for it. */
  get isExpired(): boolean {
    return this.#isExpired;
  }

  /** The error of what a request waited for when it was cancelled, or has expired. */
  get error(): GraphQLError {
    return this.#isExpired && !this.#cancelled ? shuttingDown() : requestCancelled();
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** The same as an AbortSignal, for code that takes one; created on first use. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#cancelled || this.#isExpired) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /**
   * A listener that throws does not stop the others: as with an AbortSignal, its error becomes an uncaught exception.
   */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#end();
  }

  /** Ends what the request waits for, but not the request. */
  expire(): void {
    if (this.#cancelled || this.#isExpired) return;
    this.#isExpired = true;
    this.#end();
  }

  #end(): void {
    this.#controller?.abort();
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) callListener(listener);
  }

  /**
   * Calls `listener` once, on cancellation or when the request expires, unless removed before. The caller checks
   * `cancelled` first.
   */
  add(listener: () => void): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  remove(listener: () => void): void {
    this.#listeners?.delete(listener);
  }
}

/** Calls `next` after this time, in milliseconds, or `cancelled` if the request is cancelled before. */
export function pause(time: number, cancellation: Cancellation, next: () => void, cancelled: () => void): void {
  const onCancel = () => {
    clearTimeout(timer);
    cancelled();
  };
  const timer = setTimeout(() => {
    cancellation.remove(onCancel);
    next();
  }, time);
  cancellation.add(onCancel);
}

function callListener(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
