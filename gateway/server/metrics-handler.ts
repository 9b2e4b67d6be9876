// `/metrics`: the metrics as text, in the format that the scraper prefers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { contentTypes, type Format } from '../telemetry/metrics/exposition.ts';
import type { GatewayMetrics } from '../telemetry/metrics/gateway-metrics.ts';
import { allowed, handleOtherMethods } from './methods.ts';

export const metricsPath = '/metrics';
const methods = allowed('GET');

export function createMetricsRoute(metrics: Pick<GatewayMetrics, 'text'>) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (handleOtherMethods(request, response, methods)) return;
    const format = preferred(request.headers.accept);
    response.writeHead(200, { 'content-type': contentTypes[format], 'cache-control': 'no-store' });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    for await (const slice of metrics.text(format)) {
      if (response.destroyed) return;
      if (!response.write(slice)) await drained(response);
    }
    response.end();
  };
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
