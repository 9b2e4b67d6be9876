// Security schemes of an OpenAPI document: the credentials that the configuration accepts.
import type { CheckedConfig } from '../../config/config.ts';

export function securitySchemes({
  authentication: { jwt, introspection, apiKeys, development },
}: Pick<CheckedConfig, 'authentication'>): Record<string, object> {
  const takesTokens = jwt.length > 0 || introspection !== undefined || development.users.length > 0;
  return {
    ...(takesTokens && { bearer: { type: 'http', scheme: 'bearer' } }),
    ...(apiKeys && { apiKey: { type: 'apiKey', in: 'header', name: apiKeys.header } }),
  };
}
