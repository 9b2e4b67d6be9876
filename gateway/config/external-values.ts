// External values: options that the environment and the command line set over those of the configuration file, with
// where each comes from, for messages.
import { resolve } from 'node:path';
import { didYouMean } from '../did-you-mean.ts';
import type { Origins } from './checked.ts';
import { secretVariable } from './secrets.ts';
import { withoutCredentials } from './shown-values.ts';

/** Options that the command line sets. */
export interface Flags {
  port?: string | undefined;
  host?: string | undefined;
  /** Relative to the working folder. */
  supergraph?: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Environment variables that set options, and CONFIG_PATH, which names the configuration file. */
const variables = ['PORT', 'HOST', 'WORKERS', 'LOG_LEVEL', 'REDIS_URL', 'CONFIG_PATH'] as const;

/** The configuration with the external values, and where they come from. */
export function withExternalValues(
  written: Readonly<Record<string, unknown>>,
  flags: Flags,
  environment: Environment,
  workingFolder: string,
): { config: Record<string, unknown>; origins: Origins } {
  const config = { ...written };
  const origins = new Map<string, string>();
  const read = (path: string, variable: string, flag?: 'port' | 'host'): string | undefined => {
    const given = flag && nonEmpty(flags[flag]);
    const text = given ?? nonEmpty(environment[variable]);
    if (text === undefined) return undefined;
    const shown = withoutCredentials(text);
    origins.set(path, given === undefined ? `${variable}=${shown}` : `--${flag} ${shown}`);
    return text;
  };
  const port = read('port', 'PORT', 'port');
  if (port !== undefined) config.port = /^\d+$/.test(port) ? Number(port) : port;
  const workers = read('workers', 'WORKERS');
  if (workers !== undefined) config.workers = /^\d+$/.test(workers) ? Number(workers) : workers;
  const host = read('host', 'HOST', 'host');
  if (host !== undefined) config.host = host;
  if (flags.supergraph !== undefined) config.supergraph = resolve(workingFolder, flags.supergraph);
  const redis = secretVariable('REDIS_URL', environment);
  if (redis !== undefined) {
    origins.set(
      'redis.url',
      redis.origin === 'REDIS_URL' ? `REDIS_URL=${withoutCredentials(redis.value)}` : redis.origin,
    );
    // Several addresses are separated by commas, which a password may contain as well.
    const urls = redis.value.split(/,(?=rediss?:)/i);
    config.redis = withOption(config.redis, 'url', urls.length === 1 ? urls[0] : urls);
  }
  const level = read('log.level', 'LOG_LEVEL');
  if (level !== undefined) config.log = withOption(config.log, 'level', level);
  return { config, origins };
}

export function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** A section with an option in it; a section that is no object stays for the message about it. */
function withOption(section: unknown, name: string, value: unknown): unknown {
  if (section === undefined) return { [name]: value };
  return typeof section === 'object' && section !== null && !Array.isArray(section)
    ? { ...section, [name]: value }
    : section;
}

const prefix = 'CONCIERGE_';

/** Whether Kubernetes sets it, for a service called "concierge". */
function isOfService(name: string, value = ''): boolean {
  if (name === 'CONCIERGE_PORT') return /^(tcp|udp):/.test(value);
  return /^CONCIERGE_(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP))(_|$)/.test(name);
}

/** Warnings of variables that look like the gateway's, and have no effect. */
export function unusedVariables(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && !isOfService(name, environment[name]))
    .map((name) => {
      const plain = name.slice(prefix.length);
      const meant =
        didYouMean(plain, variables) || '; options are set in the configuration file, or by PORT and the like';
      return `the environment variable ${name} has no effect${meant}`;
    });
}
