// Brings a subgraph's SDL file up to date with the running service.
import { buildClientSchema, type GraphQLSchema, getIntrospectionQuery, printSchema } from 'graphql';
import { mergeTypes } from './merge/merge-types.ts';
import { buildSourceSchema, ownDefinitions } from './sdl.ts';

/** Sends a query to the service and returns its `data`; throws where the service cannot be asked. */
export type Ask = (query: string) => Promise<Record<string, unknown>>;

export interface Refreshed {
  /** What to compose with. */
  sdl: string;
  /** True where `sdl` is not what the file says. */
  changed: boolean;
  /** One sentence for the person who asked. */
  note: string;
  /** What the file says and the service does not do. */
  problems: string[];
}

/**
 * The service's SDL. A service that has `Query._sdl` tells it with its directives; of another one the types are
 * compared by introspection, which knows no directives, so that its file is checked but not rewritten.
 *
 * @param file the SDL file's present text, or null if there is none yet.
 * @throws ComposeError if the service's SDL is none.
 */
export async function refreshSdl(name: string, file: string | null, ask: Ask): Promise<Refreshed> {
  const told = await askSdl(ask);
  if (told !== undefined) {
    buildSourceSchema(told, name);
    const changed = told.trim() !== file?.trim();
    const note = changed ? 'refreshed from the service' : 'as the service says';
    return { sdl: told, changed, note, problems: [] };
  }
  const live = buildClientSchema((await ask(getIntrospectionQuery())) as never);
  if (file === null) {
    return { sdl: `${printSchema(live)}\n`, changed: true, note: 'written from introspection', problems: [] };
  }
  const problems = missingIn(name, live, buildSourceSchema(file, name));
  return { sdl: file, changed: false, note: 'checked by introspection', problems };
}

async function askSdl(ask: Ask): Promise<string | undefined> {
  const { __schema: schema } = (await ask('{ __schema { queryType { fields { name } } } }')) as {
    __schema: { queryType: { fields: { name: string }[] } | null } | null;
  };
  if (!schema?.queryType?.fields.some((field) => field.name === '_sdl')) return undefined;
  const { _sdl: sdl } = await ask('{ _sdl }');
  return typeof sdl === 'string' ? sdl : undefined;
}

/** What the file promises of the service and the service lacks or says differently. */
function missingIn(name: string, live: GraphQLSchema, promised: GraphQLSchema): string[] {
  const lacking = Object.values(promised.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    const served = live.getType(type.name);
    if (!served)
      return type.astNode && !ownDefinitions.has(type.name)
        ? [`${type.name} is in the schema file of ${name}, but the service has no such type`]
        : [];
    if (!('getFields' in type) || !('getFields' in served)) return [];
    const fields = served.getFields();
    return Object.keys(type.getFields())
      .filter((field) => !(field in fields))
      .map((field) => `${type.name}.${field} is in the schema file of ${name}, but the service has no such field`);
  });
  const { conflicts } = mergeTypes(
    [
      { name: `the running service ${name}`, schema: live },
      { name: 'its schema file', schema: promised },
    ],
    new Set(),
  );
  const different = conflicts.filter((conflict) => !conflict.includes(' is served by '));
  return [...lacking, ...different];
}
