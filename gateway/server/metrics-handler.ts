// `/metrics`: the metrics as text, in the format that the scraper prefers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ChannelError } from '../cluster/message.ts';
import { rejectedResponse } from '../errors.ts';
import { contentTypes, type Format } from '../telemetry/metrics/exposition.ts';
import type { GatewayMetrics } from '../telemetry/metrics/gateway-metrics.ts';
import { rejectUnread } from './json-response.ts';
import { allowed, handleOtherMethods } from './methods.ts';

export const metricsPath = '/metrics';
const methods = allowed('GET');

export function createMetricsRoute(metrics: Pick<GatewayMetrics, 'text'>) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (handleOtherMethods(request, response, methods)) return;
    const format = preferred(request.headers.accept);
    const head = { 'content-type': contentTypes[format], 'cache-control': 'no-store' };
    if (request.method === 'HEAD') response.writeHead(200, head);
    else if (!(await write(metrics.text(format), head, response))) return;
    response.end();
  };
}

/** False where nothing is left to be done: there are no metrics, or nothing that reads them. */
async function write(
  slices: AsyncIterable<string>,
  head: Readonly<Record<string, string>>,
  response: ServerResponse,
): Promise<boolean> {
  try {
    for await (const slice of slices) {
      if (response.destroyed) return false;
      if (!response.headersSent) response.writeHead(200, head);
      if (!response.write(slice)) await drained(response);
    }
    return true;
  } catch (error) {
    if (response.headersSent || !(error instanceof ChannelError)) throw error;
    // Those of this worker alone would be lower: a counter that falls counts as a restart of the gateway.
    const message = `The metrics of the other workers cannot be read: ${error.message}.`;
    rejectUnread(response, rejectedResponse('NOT_READY', { message }));
    return false;
  }
}

/** Prometheus names both formats, with OpenMetrics first where it wants exemplars. */
function preferred(accept = ''): Format {
  return accept.includes('application/openmetrics-text') ? 'openmetrics' : 'prometheus';
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
