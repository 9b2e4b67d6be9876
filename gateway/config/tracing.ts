// Configuration section `tracing`, and what OpenTelemetry's environment variables set where it leaves them open.
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { environmentVariable } from './environment.ts';
import { secretVariable } from './secrets.ts';
import { duration, isHttpUrl, milliseconds, whole } from './values.ts';

const shareMessage = 'give a share of the requests as a number from 0 to 1';
const formatMessage = 'give "w3c", "b3" (one header) or "b3multi" (X-B3-…)';
const endpointMessage = 'give the URL of a collector, such as "http://127.0.0.1:4318"';
const protocolMessage = 'give "http/protobuf" or "http/json"';

const formats = ['w3c', 'b3', 'b3multi'] as const;
const protocols = ['http/protobuf', 'http/json'] as const;

export const tracingSection = z.strictObject(
  {
    /**
     * Share of the traces that are sampled, where no trusted proxy has decided: 0 to 1. Environment:
     * OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG. Default: 0.1.
     * @example 0.05
     */
    sample: z.number(shareMessage).min(0, shareMessage).max(1, shareMessage).optional(),
    /**
     * Requests that take longer (in milliseconds, or text) are exported as well; false for none. Default: 1 s.
     * @example '500ms'
     */
    slow: z.union([duration, z.literal(false)], 'give a duration such as "1s", or false').default('1s'),
    /**
     * Maximum number of traces in a second that are exported for an error or for their duration. Default: 10.
     * @example 50
     */
    tailPerSecond: whole('give a whole number of traces, 0 for none', 0, 10_000).default(10),
    /**
     * Formats of the header fields, read in this order; all of them are sent to subgraphs. Default: ['w3c'].
     * @example ['w3c', 'b3']
     */
    propagation: z
      .array(z.enum(formats, { error: formatMessage }), `give a list: ${formatMessage}`)
      .min(1, `give a list: ${formatMessage}`)
      .default(['w3c']),
    /**
     * Whether spans have the text of the document (`graphql.document`). Default: false.
     * @example true
     */
    document: z.boolean('give true or false').default(false),
    /**
     * Where spans go: to a collector by OTLP, or nowhere. Environment: OTEL_TRACES_EXPORTER. Default: `otlp`.
     * @example 'none'
     */
    exporter: z.enum(['otlp', 'none'], { error: 'give "otlp" or "none"' }).optional(),
    /**
     * Base URL of the collector. Environment: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT. Default:
     * http://localhost:4318.
     * @example 'http://127.0.0.1:4318'
     */
    endpoint: z.string(endpointMessage).refine(isHttpUrl, endpointMessage).optional(),
    /**
     * Encoding of what is sent. Environment: OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL. Default:
     * `http/protobuf`.
     * @example 'http/json'
     */
    protocol: z.enum(protocols, { error: protocolMessage }).optional(),
    /**
     * Maximum number of spans that wait for their export; more are dropped, and counted. Default: 2,048.
     * @example 10_000
     */
    maxQueued: whole('give a whole number of spans from 1 to 1,000,000', 1, 1_000_000).default(2_048),
  },
  'give an object such as { sample: 0.1 }',
);

export type TracingConfig = z.output<typeof tracingSection>;
export type PropagationFormat = (typeof formats)[number];

const fieldsOf: Readonly<Record<PropagationFormat, readonly string[]>> = {
  w3c: ['traceparent', 'tracestate'],
  b3: ['b3'],
  b3multi: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags'],
};

interface HeaderSettings {
  headers?: readonly string[] | undefined;
  claims?: Readonly<Record<string, unknown>> | undefined;
}

/** Problems of header fields to services that the trace context would be sent in too; called with the whole configuration. */
export function tracingProblems({
  tracing,
  forward,
  subgraphs,
  hooks,
}: {
  tracing?: TracingConfig | undefined;
  forward: HeaderSettings;
  subgraphs: Readonly<
    Record<string, { headers?: Readonly<Record<string, string>> | undefined; forward?: HeaderSettings | undefined }>
  >;
  hooks: { subgraphHeaders: readonly string[] };
}): { path: string[]; message: string }[] {
  if (!tracing) return [];
  const fields = new Set(['baggage', ...tracing.propagation.flatMap((format) => fieldsOf[format])]);
  const inForward = (path: string[], section: HeaderSettings | undefined) => [
    [[...path, 'headers'], section?.headers ?? []] as const,
    [[...path, 'claims'], Object.keys(section?.claims ?? {})] as const,
  ];
  const named = [
    ...inForward(['forward'], forward),
    [['hooks', 'subgraphHeaders'], hooks.subgraphHeaders] as const,
    ...Object.entries(subgraphs).flatMap(([name, subgraph]) => [
      [['subgraphs', name, 'headers'], Object.keys(subgraph.headers ?? {})] as const,
      ...inForward(['subgraphs', name, 'forward'], subgraph.forward),
    ]),
  ];
  return named.flatMap(([path, names]) =>
    names
      .filter((name) => fields.has(name))
      .map((name) => ({ path: [...path], message: `\`tracing\` sends ${name} itself: remove it here` })),
  );
}

export interface TracingSettings {
  /** Share of the traces that are sampled. */
  ratio: number;
  /** Whether the decision of a trusted parent holds. */
  followsParent: boolean;
  /** Milliseconds; infinite for none. */
  slow: number;
  tailPerSecond: number;
  propagation: readonly PropagationFormat[];
  document: boolean;
  /** Null where nothing is exported. */
  export: {
    url: string | undefined;
    protocol: (typeof protocols)[number];
    /** Header fields from a file. OpenTelemetry's packages read those of the environment themselves. */
    headers?: Record<string, string> | undefined;
  } | null;
}

/**
 * @returns null where OTEL_SDK_DISABLED is true.
 * @throws ConfigError for a variable with a value that the gateway does not support.
 */
export function tracingSettings(config: TracingConfig): TracingSettings | null {
  if (environmentVariable('OTEL_SDK_DISABLED')?.trim().toLowerCase() === 'true') return null;
  const { slow, tailPerSecond, propagation, document, endpoint } = config;
  const exporter = config.exporter ?? oneOf('OTEL_TRACES_EXPORTER', ['otlp', 'none'], 'tracing.exporter') ?? 'otlp';
  return {
    ...(config.sample === undefined ? sampler() : { ratio: config.sample, followsParent: true }),
    slow: slow === false ? Number.POSITIVE_INFINITY : milliseconds(slow),
    ...{ tailPerSecond, propagation, document },
    export:
      exporter === 'none'
        ? null
        : {
            url: endpoint?.replace(/\/*$/, '/v1/traces'),
            protocol: config.protocol ?? protocol(),
            headers: headersOfFile(),
          },
  };
}

/** OTEL_EXPORTER_OTLP_HEADERS from a file: `name=value`, with commas between them, values percent-encoded. */
function headersOfFile(): Record<string, string> | undefined {
  const names = ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'];
  const name = names.find((each) => setting(`${each}_FILE`));
  if (name === undefined) return undefined;
  const environment = Object.fromEntries([name, `${name}_FILE`].map((each) => [each, environmentVariable(each)]));
  const pairs = (secretVariable(name, environment)?.value ?? '').split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const end = pair.indexOf('=');
      return [pair.slice(0, end).trim(), percentDecoded(pair.slice(end + 1).trim(), name)];
    }),
  );
}

/** Without the value in its message. */
function percentDecoded(value: string, name: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new ConfigError(`${name}_FILE: a value in the file is no percent-encoded text`);
  }
}

function protocol(): (typeof protocols)[number] {
  const read = (name: string) => oneOf(name, protocols, 'tracing.protocol');
  return read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? read('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf';
}

const samplers = ['always_on', 'always_off', 'traceidratio'] as const;
const parentBased = 'parentbased_';

function sampler(): Pick<TracingSettings, 'ratio' | 'followsParent'> {
  const allowed = [...samplers, ...samplers.map((name) => `${parentBased}${name}`)];
  const name = oneOf('OTEL_TRACES_SAMPLER', allowed, 'tracing.sample');
  if (name === undefined) return { ratio: 0.1, followsParent: true };
  const followsParent = name.startsWith(parentBased);
  if (name.endsWith('always_on')) return { ratio: 1, followsParent };
  if (name.endsWith('always_off')) return { ratio: 0, followsParent };
  const given = setting('OTEL_TRACES_SAMPLER_ARG') ?? '1';
  const ratio = Number(given);
  if (!(ratio >= 0 && ratio <= 1)) {
    throw new ConfigError(`OTEL_TRACES_SAMPLER_ARG is ${JSON.stringify(given)}: ${shareMessage}.`);
  }
  return { ratio, followsParent };
}

/** An empty variable counts as one that is not set (OpenTelemetry, environment variables). */
function setting(name: string): string | undefined {
  return environmentVariable(name)?.trim() || undefined;
}

function oneOf<Value extends string>(name: string, allowed: readonly Value[], option: string): Value | undefined {
  const value = setting(name);
  const known = allowed.find((each) => each === value?.toLowerCase());
  if (value === undefined || known !== undefined) return known;
  const rest = `the gateway supports ${allowed.join(', ')}. Set one of them, or ${option} in the configuration`;
  throw new ConfigError(`${name} is ${JSON.stringify(value)}: ${rest}.`);
}
