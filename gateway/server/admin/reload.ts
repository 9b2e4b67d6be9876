// `/admin/reload`: reads the configuration and everything that it names again, for all processes that serve.

import { describeAction } from '../audited-route.ts';
import { sendJson } from '../json-response.ts';
import { allowed, handleOtherMethods } from '../methods.ts';
import type { Route } from '../request-handler.ts';

/** What a reload has led to. */
export interface Reloaded {
  result: 'reloaded' | 'unchanged' | 'rejected';
  /** Of what is served then. */
  generation: number;
  /** Why it was rejected. */
  reason?: string;
}

export const reloadPath = '/admin/reload';

const methods = allowed('POST');

/** @param reload resolves when the new generation serves, or does not. */
export function createReloadRoute(reload: () => Promise<Reloaded>): Route {
  return async (request, response) => {
    if (handleOtherMethods(request, response, methods)) return;
    // A body has no use.
    request.resume();
    const outcome = await reload();
    describeAction(response, { ...outcome });
    sendJson(response, outcome.result === 'rejected' ? 422 : 200, outcome);
  };
}
