// `/admin/controls`: the controls in force, and their replacement.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { ConfigError } from '../config/config-error.ts';
import { rejectedResponse } from '../errors.ts';
import { type AdminControls, ControlsNotStored } from '../policy/controls/admin-controls.ts';
import { readBody } from './body-reader.ts';
import { rejectUnread, sendJson } from './json-response.ts';
import { allowed, handleOtherMethods } from './methods.ts';
import type { Route } from './request-handler.ts';

export const controlsPath = '/admin/controls';

const methods = allowed('GET', 'PUT');

/** Maximum size of a request, in bytes. */
const MAX_BYTES = 262_144;

export function createControlsRoute(controls: AdminControls): Route {
  return async (request, response) => {
    if (handleOtherMethods(request, response, methods)) return;
    if (request.method === 'PUT' && !(await replace(controls, request, response))) return;
    sendJson(response, 200, controls.inForce);
  };
}

/** False for a request that is rejected, or whose client has disconnected. */
async function replace(controls: AdminControls, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const body = await new Promise<Buffer | GraphQLError | null>((resolve) => readBody(request, MAX_BYTES, resolve));
  if (body === null || response.destroyed) return false;
  if (body instanceof GraphQLError) {
    const { http, ...extensions } = body.extensions as { http: { status: number } };
    rejectUnread(response, { status: http.status, body: { errors: [{ message: body.message, extensions }] } });
    return false;
  }
  try {
    await controls.replace(body);
    return true;
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof ConfigError) rejectUnread(response, rejectedResponse('BAD_REQUEST', { message }));
    else if (error instanceof ControlsNotStored) rejectUnread(response, rejectedResponse('NOT_READY', { message }));
    else throw error;
    return false;
  }
}
