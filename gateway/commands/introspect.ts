// `concierge introspect URL`: prints the schema of a running service: the SDL that it serves itself, with Federation's or
// stitching directives, or the SDL of its introspection; with --json, the introspection.
import { resolve } from 'node:path';
import { queryIntrospection } from '../check/live-schema.ts';
import { fetchSdl, type ServedSdl } from '../check/served-sdl.ts';
import { ConfigError } from '../config/config-error.ts';
import { writeAtomically } from '../config/write-atomically.ts';
import { readService, UnusableService } from '../service-introspection.ts';
import { headerFields, INTROSPECTION_TIMEOUT, runningService, serviceUrl } from './running-service.ts';

export interface IntrospectOptions {
  /** Header fields of the requests, such as `x-api-key: 123`. */
  header: string[];
  /** The result of the introspection, in place of SDL. */
  json?: boolean;
  /** File to write; without one, standard output. */
  output?: string;
}

/** @throws ConfigError for a service without a usable schema. */
export async function introspect(url: string, { header, json = false, output }: IntrospectOptions): Promise<void> {
  const client = runningService('service', serviceUrl(url, 'the service'), headerFields(header));
  try {
    const text = await readService(client, INTROSPECTION_TIMEOUT, async (query) => {
      if (!json) return sdlText(await fetchSdl(query));
      const { data } = await queryIntrospection(query);
      if (!data.__schema) throw new Error('the introspection is empty');
      return `${JSON.stringify({ __schema: data.__schema }, null, 2)}\n`;
    });
    if (output === undefined) process.stdout.write(text);
    else writeAtomically(resolve(output), text);
  } catch (error) {
    if (error instanceof UnusableService) throw new ConfigError(`${url} ${error.message}.`, { cause: error });
    throw error;
  } finally {
    await client.close();
  }
}

function sdlText({ sdl, unknownDefaults }: ServedSdl): string {
  for (const coordinate of unknownDefaults) {
    console.error(
      `warning: ${coordinate} has a default that is not in the SDL: the service's introspection fails there`,
    );
  }
  return sdl.endsWith('\n') ? sdl : `${sdl}\n`;
}
