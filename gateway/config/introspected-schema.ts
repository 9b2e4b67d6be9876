// Configuration of a schema that is fetched from its service.
import { z } from 'zod';
import { duration } from './values.ts';

export const introspectedSchema = z.strictObject({
  /**
   * Fetches the schema from the running service. Required.
   * @example true
   */
  introspect: z.literal(true),
  /**
   * How long the requests for the schema may take together. In milliseconds, or as text such as "30s". Default: "10s".
   * @example '10s'
   */
  timeout: duration.optional(),
});

/** A schema that is fetched from the service when the gateway starts. */
export type IntrospectedSchema = z.output<typeof introspectedSchema>;

export function isIntrospected(schema: unknown): schema is IntrospectedSchema {
  return typeof schema === 'object' && schema !== null && 'introspect' in schema;
}
