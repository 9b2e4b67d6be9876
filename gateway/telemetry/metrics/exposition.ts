// Exposition: metrics as text, in the Prometheus text format 0.0.4 or in OpenMetrics 1.0, which has exemplars.
import type { Family } from './family.ts';
import { type Exemplar, Histogram } from './series.ts';

export type Format = 'prometheus' | 'openmetrics';

export const contentTypes: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Series in one slice. */
const SLICE = 100;

/**
 * Writes the families in slices of at most 100 series, so that other work can run between two of them.
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
export function* exposition(families: readonly Family[], format: Format): Generator<string, void> {
  for (const family of families) {
    // A metric without labels always has its one series.
    if (family.labels.length === 0) family.with();
    if (family.size === 0) continue;
    let text = header(family, format);
    let written = 0;
    for (const { values, one } of family.all()) {
      const labels = family.labels.map((label, index) => `${label}="${escaped(values[index] ?? '')}"`).join(',');
      text += one instanceof Histogram ? histogram(family.name, labels, one, format) : '';
      if (!(one instanceof Histogram)) {
        const name = family.type === 'counter' ? `${family.name}_total` : family.name;
        text += `${name}${labels === '' ? '' : `{${labels}}`} ${number(one.value)}\n`;
      }
      written += 1;
      if (written % SLICE !== 0) continue;
      yield text;
      text = '';
    }
    yield text;
  }
  if (format === 'openmetrics') yield '# EOF\n';
}

function header({ name, help, type, unit }: Family, format: Format): string {
  const isOpen = format === 'openmetrics';
  // In the older format, a counter is named as its samples are.
  const shown = type === 'counter' && !isOpen ? `${name}_total` : name;
  const text = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${shown} ${text}\n# TYPE ${shown} ${type}\n${isOpen && unit ? `# UNIT ${shown} ${unit}\n` : ''}`;
}

function histogram(
  name: string,
  labels: string,
  { bounds, counts, exemplars, sum }: Histogram,
  format: Format,
): string {
  const before = labels === '' ? '' : `${labels},`;
  const rest = labels === '' ? '' : `{${labels}}`;
  let text = '';
  let count = 0;
  for (const [bucket, each] of counts.entries()) {
    count += each;
    const bound = bucket < bounds.length ? decimal(bounds[bucket] as number) : '+Inf';
    const exemplar = format === 'openmetrics' ? exemplars?.[bucket] : undefined;
    text += `${name}_bucket{${before}le="${bound}"} ${count}${exemplar ? shown(exemplar) : ''}\n`;
  }
  return `${text}${name}_sum${rest} ${number(sum)}\n${name}_count${rest} ${count}\n`;
}

function shown({ traceId, value, time }: Exemplar): string {
  return ` # {trace_id="${traceId}"} ${number(value)} ${time.toFixed(3)}`;
}

/** A bound is written as a decimal fraction in both formats, so that its series do not depend on the format. */
function decimal(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

function number(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}
