// REST services among the configured subgraphs: those whose SDL has `@source` or `@connect`.
import { ComposeError } from './compose/compose-error.ts';
import { isRestSdl } from './compose/connect/connect-document.ts';
import {
  baseUrlOf,
  type ReadRestService,
  type RestServiceSettings,
  readRestService,
} from './compose/connect/rest-service.ts';
import type { CheckedConfig } from './config/config.ts';
import { isIntrospected } from './config/introspected-schema.ts';
import { readSchema, type SchemaSource } from './service-schema.ts';

export class RestSubgraphs {
  readonly #config: CheckedConfig;
  readonly #folder: string;
  /** The last one of each: for its composition and its client. */
  readonly #last = new Map<string, { sdl: string; read: ReadRestService }>();

  /** @param folder base of relative paths in the configuration. */
  constructor(config: CheckedConfig, folder: string) {
    this.#config = config;
    this.#folder = folder;
  }

  /** Null for the SDL of a service that is none. @throws ComposeError for one that is not valid. */
  read(name: string, sdl: string): ReadRestService | null {
    const last = this.#last.get(name);
    if (last?.sdl === sdl) return last.read;
    if (!isRestSdl(sdl)) return null;
    const read = readRestService(name, sdl, settingsOf(name, this.#config));
    this.#last.set(name, { sdl, read });
    return read;
  }

  /**
   * The baseURL of a REST service's source; null for a service of another kind, and for a schema that cannot be read,
   * which composition reports.
   */
  baseUrl(name: string): string | null {
    const schema = this.#config.subgraphs[name]?.schema as SchemaSource | undefined;
    if (schema === undefined || isIntrospected(schema)) return null;
    try {
      const sdl = readSchema(schema, this.#folder, `subgraphs.${name}.schema`);
      return isRestSdl(sdl) ? (baseUrlOf(sdl) ?? '') : null;
    } catch (error) {
      if (error instanceof ComposeError) return null;
      throw error;
    }
  }
}

function settingsOf(name: string, config: CheckedConfig): RestServiceSettings {
  const settings = config.subgraphs[name];
  const { headers, claims, token, clientAddress, signed } = settings?.forward ?? config.forward;
  const forwarded = [...headers, ...Object.keys(claims)];
  if (token) forwarded.push('authorization');
  if (clientAddress !== undefined) forwarded.push(clientAddress);
  if (signed) forwarded.push(signed.header);
  return {
    config: settings?.connect?.config ?? {},
    forwarded: new Set(forwarded.map((header) => header.toLowerCase())),
    fixedHeaders: new Set(Object.keys(settings?.headers ?? {}).map((header) => header.toLowerCase())),
  };
}
