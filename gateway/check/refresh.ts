// A subgraph's SDL file beside the running service: brought up to date, or compared with it.
import { printExactly } from '../compose/graph-sdl.ts';
import { buildSourceSchema } from '../compose/sdl.ts';
import { introspect, type LiveSchema, type Query } from './live-schema.ts';
import type { SchemaChange } from './schema-changes.ts';
import { serviceChanges } from './service-changes.ts';
import { writeAdditions } from './write-additions.ts';

export interface Refreshed {
  /** What to compose with. */
  sdl: string;
  /** True where `sdl` is not what the file says. */
  changed: boolean;
  /** One sentence for the terminal, and a line for each difference that is no problem. */
  note: string;
  /** Differences that make requests invalid, or promises of the file false. */
  problems: string[];
}

/**
 * The service's SDL. A service that has `Query._sdl` returns it with its directives. Another one is compared by
 * introspection, which has no directives: its file stays as it is, but for additions that are to be written.
 *
 * @param file the SDL file's present text, or null if there is none yet.
 * @param write whether additions of the service are written into the file.
 * @throws ComposeError if the service's SDL is none.
 */
export async function refreshSdl(name: string, file: string | null, query: Query, write = false): Promise<Refreshed> {
  const served = await querySdl(query);
  if (served !== undefined) return refreshed(name, file, served);
  const live = await introspect(query);
  if (file === null) {
    const note = ['written from introspection', ...unknownIn(live)].join('\n');
    return { sdl: `${printExactly(live.schema)}\n`, changed: true, note, problems: [] };
  }
  return compared(name, file, live, write);
}

async function refreshed(name: string, file: string | null, served: string): Promise<Refreshed> {
  const schema = buildSourceSchema(served, name);
  const changed = served.trim() !== file?.trim();
  if (!changed) return { sdl: served, changed, note: 'as the service says', problems: [] };
  const { problems, additions } =
    file === null ? { problems: [], additions: [] } : await serviceChanges(buildSourceSchema(file, name), schema);
  return {
    sdl: served,
    changed,
    note: ['refreshed from the service', ...[...problems, ...additions].map(line)].join('\n'),
    problems: [],
  };
}

async function compared(name: string, file: string, live: LiveSchema, write: boolean): Promise<Refreshed> {
  const { problems, additions } = await serviceChanges(
    buildSourceSchema(file, name),
    live.schema,
    live.unknownDefaults,
  );
  const lines = [...additions.map(line), ...unknownIn(live)];
  const base = {
    problems: problems.map(
      ({ coordinate, message }) =>
        `${name}: the running service differs from its schema file at ${coordinate}: ${message}`,
    ),
  };
  if (additions.length === 0) {
    return { ...base, sdl: file, changed: false, note: ['checked by introspection', ...lines].join('\n') };
  }
  if (!write || problems.length > 0) {
    const note = `checked by introspection; the service has ${counted(additions.length)} more (--write adds them to the file)`;
    return { ...base, sdl: file, changed: false, note: [note, ...lines].join('\n') };
  }
  const sdl = writeAdditions(file, live.schema);
  const note = `checked by introspection; ${counted(additions.length)} of the service written to the file`;
  return { ...base, sdl, changed: sdl !== file, note: [note, ...lines].join('\n') };
}

function unknownIn({ unknownDefaults }: LiveSchema): string[] {
  return [...unknownDefaults].map(
    (coordinate) => `  ${coordinate}: its default is not known, since the service's introspection fails there`,
  );
}

function counted(number: number): string {
  return number === 1 ? '1 thing' : `${number} things`;
}

function line({ coordinate, message }: SchemaChange): string {
  return `  ${coordinate}: ${message}`;
}

async function querySdl(query: Query): Promise<string | undefined> {
  const { data } = await query('{ __schema { queryType { fields { name } } } }');
  const { __schema: schema } = data as {
    __schema: { queryType: { fields: { name: string }[] } | null } | null;
  };
  if (!schema?.queryType?.fields.some((field) => field.name === '_sdl')) return undefined;
  const { _sdl: sdl } = (await query('{ _sdl }')).data;
  return typeof sdl === 'string' ? sdl : undefined;
}
