// SDL of a running service: as the service itself serves it, with its directives, or from its introspection.
import { printExactly } from '../compose/graph-sdl.ts';
import { introspect, type Query } from './live-schema.ts';

/** What a service has besides introspection: `Query._sdl`, or Federation's `Query._service`. */
export type SdlField = '_sdl' | '_service';

export interface ServedSdl {
  sdl: string;
  /** The field that returned it; `introspection` where the service has none, and the SDL no directives. */
  from: SdlField | 'introspection';
  /** Coordinates of defaults that the service fails to introspect. */
  unknownDefaults: ReadonlySet<string>;
}

/**
 * Reads the SDL of a running service.
 * @throws Error where a service with `Query._service` returns no SDL: introspection has no keys. Errors of `query` pass.
 */
export async function fetchSdl(query: Query): Promise<ServedSdl> {
  const served = await querySdl(query);
  if (served && 'sdl' in served) return { ...served, unknownDefaults: new Set() };
  if (served) throw new Error(served.reason);
  const { schema, unknownDefaults } = await introspect(query);
  return { sdl: `${printExactly(schema)}\n`, from: 'introspection', unknownDefaults };
}

/**
 * The service's own SDL; a reason where it has a field for it that returns none, and undefined where it has no such
 * field.
 */
export async function querySdl(
  query: Query,
): Promise<{ sdl: string; from: SdlField } | { reason: string } | undefined> {
  const { data } = await query('{ __schema { queryType { fields { name } } } }');
  const { __schema: schema } = data as { __schema?: { queryType?: { fields?: { name: string }[] } | null } | null };
  const listed = schema?.queryType?.fields;
  const fields = new Set(Array.isArray(listed) ? listed.map(({ name }) => name) : []);
  if (fields.has('_sdl')) {
    const { _sdl: sdl } = (await query('{ _sdl }')).data;
    return typeof sdl === 'string' ? { sdl, from: '_sdl' } : undefined;
  }
  if (!fields.has('_service')) return undefined;
  const { data: response, errors = [] } = await query('{ _service { sdl } }');
  const service = response._service as { sdl?: unknown } | null | undefined;
  if (typeof service?.sdl === 'string' && service.sdl.trim() !== '') return { sdl: service.sdl, from: '_service' };
  const messages = errors.flatMap(({ message }) => message ?? []).join('; ');
  return { reason: `Query._service returned no SDL${messages === '' ? '' : ` (${messages})`}` };
}
