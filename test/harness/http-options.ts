// Options of an HttpServer that a test makes by itself: a free port, and the limits of the defaults.
import { httpSection } from '../../gateway/config/http.ts';
import type { HttpServerOptions } from '../../gateway/server/http-server.ts';
import { UnsentBytes } from '../../gateway/server/unsent-bytes.ts';
import type { Logger } from '../../gateway/telemetry/log.ts';

export function httpOptions(log: Logger): Pick<HttpServerOptions, 'config' | 'unsent'> {
  const http = httpSection.parse({});
  return { config: { host: '127.0.0.1', port: 0, requestTimeout: '30s', http }, unsent: new UnsentBytes(http, log) };
}
