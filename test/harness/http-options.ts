// Options of an HttpServer that a test makes by itself: the limits of the defaults.
import { httpLimits, httpSection } from '../../gateway/config/http.ts';
import type { HttpServerOptions } from '../../gateway/server/http-server.ts';
import { UnsentBytes } from '../../gateway/server/unsent-bytes.ts';
import type { Logger } from '../../gateway/telemetry/log.ts';

export function httpOptions(log: Logger): Pick<HttpServerOptions, 'limits' | 'unsent'> {
  const http = httpSection.parse({});
  return { limits: httpLimits({ requestTimeout: '30s', http }), unsent: new UnsentBytes(http, log) };
}
