// Assembly of the first stage of every request, from the configuration.
import type { CheckedConfig } from './config/config.ts';
import { headersOfConnection } from './config/websocket.ts';
import { Admission, type AdmissionOptions } from './pipeline/admission.ts';
import { createCsrfGuard } from './pipeline/csrf.ts';
import { createForwarding } from './policy/forwarding/forwarding.ts';
import { createTenants } from './policy/rate-limits/index.ts';
import { graphiqlOptions } from './server/graphiql.ts';

type Parts = Omit<AdmissionOptions, 'csrf' | 'tenantOf' | 'forwarding' | 'connectionParams'>;

export function createAdmission(config: CheckedConfig, parts: Parts): Admission {
  return new Admission({
    ...parts,
    csrf: createCsrfGuard({
      config: config.csrf,
      graphiql: graphiqlOptions(config.graphiql) !== false,
      apiKeyHeader: config.authentication.apiKeys?.header,
    }),
    tenantOf: createTenants(config.rateLimits.countBy),
    forwarding: createForwarding(config),
    connectionParams: headersOfConnection(config),
  });
}
