// Measurement of a plan: an operation is sent to a running gateway several times, one after the other, and the times of
// its requests are read from the explanations of the responses.

import { ConfigError } from '../config/config-error.ts';
import { explainHeader } from '../config/explain.ts';
import type { Explanation } from '../pipeline/explanation.ts';
import { wrongUsage } from './wrong-usage.ts';

const MAX_REQUESTS = 1_000;

/** Milliseconds for one response. */
const TIMEOUT = 30_000;

export interface MeasuredRequest {
  query: string;
  operationName: string | null;
  variables: Record<string, unknown>;
}

export interface MeasureOptions {
  /** Number of requests. */
  times: number;
  url: string;
  headers: Readonly<Record<string, string>>;
}

/** @throws CommanderError for a text that is no number of requests. */
export function readTimes(text: string): number {
  const times = /^\d+$/.test(text) ? Number(text) : 0;
  if (times < 1 || times > MAX_REQUESTS)
    throw wrongUsage(`--measure is "${text}": give a number from 1 to ${MAX_REQUESTS}`);
  return times;
}

/**
 * The lines of a measured plan: percentiles of the whole, and of each edge of the plan.
 * @throws ConfigError where the gateway cannot be reached, or does not explain its responses.
 */
export async function measure(request: MeasuredRequest, options: MeasureOptions): Promise<string> {
  const measured: Explanation[] = [];
  let failures = 0;
  for (let sent = 0; sent < options.times; sent += 1) {
    const { explanation, hasErrors } = await send(request, options);
    measured.push(explanation);
    if (hasErrors) failures += 1;
  }
  const failed = failures === 0 ? '' : `, ${failures} of the responses with errors`;
  const heading = `measured ${options.times} times at ${options.url}, without caches${failed}`;
  const total = `whole operation: ${percentiles(measured.map(({ duration }) => duration))}`;
  return [heading, total, ...edges(measured)].join('\n    ');
}

async function send(
  request: MeasuredRequest,
  { url, headers }: MeasureOptions,
): Promise<{ explanation: Explanation; hasErrors: boolean }> {
  let result: { extensions?: { explain?: Explanation }; errors?: { message: string }[] };
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'cache-control': 'no-cache', ...headers, [explainHeader]: '1' },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    result = await response.json();
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error && cause.message !== '' ? cause.message : message;
    throw new ConfigError(`${url} cannot be measured: ${reason}. Is the gateway running? Give its address by --url.`);
  }
  const explanation = result.extensions?.explain;
  if (explanation) return { explanation, hasErrors: result.errors !== undefined };
  const [first] = result.errors ?? [];
  throw new ConfigError(
    `${url} does not explain its responses${first ? ` (${first.message})` : ''}: start it by \`concierge dev\`, or ` +
      'configure `explain` and give credentials with --header.',
  );
}

/** A line for each fetch of the plan and each one that it depends on, with the durations of its requests. */
function edges(measured: readonly Explanation[]): string[] {
  const planned = measured.find(({ plan }) => plan)?.plan?.fetches ?? [];
  return planned.flatMap(({ id, dependsOn }) => {
    const own = measured.flatMap(({ fetches }) => fetches.filter(({ fetch }) => fetch === id));
    const sent = own.filter(({ start }) => start !== null);
    const name = `#${id} ${own[0]?.subgraph ?? ''}`;
    const times = sent.length === 0 ? 'never sent' : `${percentiles(sent.map(({ duration }) => duration))}`;
    const before = dependsOn.length === 0 ? ['client'] : dependsOn.map((one) => `#${one}`);
    return before.map((one) => `${one} -> ${name}: ${times}`);
  });
}

/** By the nearest rank. */
function percentiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return [50, 95, 99].map((percent) => `p${percent} ${at(percent / 100).toFixed(1)} ms`).join(', ');
}
