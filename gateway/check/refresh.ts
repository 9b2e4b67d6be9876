// Comparison of a subgraph's SDL file with the running service, and its refresh.
import { ComposeError } from '../compose/compose-error.ts';
import { printExactly } from '../compose/graph-sdl.ts';
import { buildSourceSchema } from '../compose/sdl.ts';
import { introspect, type LiveSchema, type Query } from './live-schema.ts';
import type { SchemaChange } from './schema-changes.ts';
import { querySdl } from './served-sdl.ts';
import { serviceChanges } from './service-changes.ts';
import { writeAdditions } from './write-additions.ts';

export interface Refreshed {
  /** The SDL to compose with. */
  sdl: string;
  /** Whether `sdl` differs from the file. */
  changed: boolean;
  /** A message for the terminal, with a line for each difference that is no problem. */
  note: string;
  /** Differences that make requests invalid, or guarantees of the file false. */
  problems: string[];
}

/**
 * Refreshes the SDL from the service. A service that has `Query._sdl`, or Federation's `Query._service`, returns it
 * with its directives. Other services are compared by introspection, which has no directives: their files stay as they
 * are, but for additions if `write` is true.
 *
 * @param file the text of the SDL file, or null if there is none yet.
 * @param write whether additions of the service are written into the file.
 * @throws ComposeError for invalid SDL of the service.
 */
export async function refreshSdl(name: string, file: string | null, query: Query, write = false): Promise<Refreshed> {
  const served = await querySdl(query);
  if (served && 'sdl' in served) return refreshed(name, file, served.sdl);
  if (served) {
    // Introspection has no keys: a file written from it would be another subgraph's.
    const { reason } = served;
    if (file === null) throw new ComposeError([`${name}: there is no schema file, and ${reason}`]);
    return { sdl: file, changed: false, note: `${reason}; its file is used`, problems: [] };
  }
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
  if (!changed) return { sdl: served, changed, note: 'up to date with the service', problems: [] };
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
  const count = counted(additions.length);
  if (!write || problems.length > 0) {
    const note = `checked by introspection; the service has ${count} (--write adds them to the file)`;
    return { ...base, sdl: file, changed: false, note: [note, ...lines].join('\n') };
  }
  const sdl = writeAdditions(file, live.schema);
  const note = `checked by introspection; ${count} of the service written to the file`;
  return { ...base, sdl, changed: sdl !== file, note: [note, ...lines].join('\n') };
}

function unknownIn({ unknownDefaults }: LiveSchema): string[] {
  return [...unknownDefaults].map(
    (coordinate) => `  ${coordinate}: its default is unknown, because the service's introspection fails there`,
  );
}

function counted(number: number): string {
  return number === 1 ? '1 addition' : `${number} additions`;
}

function line({ coordinate, message }: SchemaChange): string {
  return `  ${coordinate}: ${message}`;
}
