// Types of operations' variables and results, by the plugin of graphql-codegen: its users install it, as nothing else
// needs it.
import type { Types } from '@graphql-codegen/plugin-helpers';
import { buildSchema, type DocumentNode } from 'graphql';
import { ConfigError } from '../../config/config-error.ts';

type Plugin = typeof import('@graphql-codegen/typescript-operations')['plugin'];

const options: Parameters<Plugin>[2] = {
  useTypeImports: true,
  inlineFragmentTypes: 'combine',
  // Else `getHTTPStatus` becomes `GetHttpStatus`.
  namingConvention: 'keep',
};

/** Scalars that JSON has as text. */
const scalars = { ID: 'string', DateTime: 'string' };

/** @throws ConfigError where the plugin is not installed. */
async function loadPlugin(): Promise<Plugin> {
  try {
    return (await import('@graphql-codegen/typescript-operations')).plugin;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new ConfigError(
      'concierge codegen needs the package @graphql-codegen/typescript-operations. Install it: ' +
        'npm install --save-dev @graphql-codegen/typescript-operations',
      { cause },
    );
  }
}

/**
 * @param definitions operations and fragments, which are valid.
 * @param sdl the schema that they select from.
 * @param converted types of scalars with codecs, by name.
 * @returns TypeScript: for each operation `query Name` the types `NameQuery` and `NameQueryVariables`.
 * @throws ConfigError where the plugin is not installed.
 */
export async function printOperationTypes(
  definitions: DocumentNode,
  sdl: string,
  converted: Readonly<Record<string, string>> = {},
): Promise<string> {
  const plugin = await loadPlugin();
  const documents: Types.DocumentFile[] = [{ location: 'operations', document: definitions }];
  const made = await plugin(
    buildSchema(sdl),
    documents,
    { ...options, scalars: { ...scalars, ...converted } },
    { outputFile: 'operations.ts' },
  );
  if (typeof made === 'string') return made;
  return [...(made.prepend ?? []), made.content, ...(made.append ?? [])].join('\n');
}
