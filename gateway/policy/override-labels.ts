// Override labels: progressive overrides (`@override(from:, label:)`) that hold for a request. `percent(n)` holds for a
// share of the callers, always the same ones; any other label holds where the configuration's function returns it.
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/entities/migrate-fields
import { createHash } from 'node:crypto';
import type { LabelledRequest, OverrideLabelsOf } from '../config/overrides.ts';

export interface OverrideLabelOptions {
  /** The labels of the caller's request, of those that the graph has. */
  labels: OverrideLabelsOf | undefined;
  /** A request header that shares are made by; null for the caller, and the address of anonymous ones. */
  shareBy: string | null;
}

/** A caller as far as shares are made by it. */
export interface LabelledCaller extends LabelledRequest {
  address: string | null;
}

export class OverrideLabels {
  readonly #options: OverrideLabelOptions;
  readonly #shares: { label: string; percent: number }[] = [];
  readonly #named: string[] = [];

  /** @param labels of the graph, each once. */
  constructor(labels: readonly string[], options: OverrideLabelOptions) {
    this.#options = options;
    for (const label of labels.toSorted()) {
      const percent = percentOf(label);
      if (percent === null) this.#named.push(label);
      else this.#shares.push({ label, percent });
    }
  }

  /** The labels that hold for a request, sorted, as one text that identifies them. */
  of(caller: LabelledCaller): string {
    const { labels, shareBy } = this.#options;
    const holding = new Set<string>();
    if (this.#shares.length > 0) {
      const value = shareBy === null ? (caller.identity ?? caller.address) : caller.header(shareBy);
      const position = positionOf(value ?? '');
      for (const { label, percent } of this.#shares) if (position < percent) holding.add(label);
    }
    if (labels && this.#named.length > 0) {
      const returned = new Set(labels(caller));
      for (const label of this.#named) if (returned.has(label)) holding.add(label);
    }
    return [...holding].sort().join('\n');
  }
}

/** The number in `percent(n)`; null for other labels. */
export function percentOf(label: string): number | null {
  const match = /^percent\((\d+(?:\.\d+)?)\)$/.exec(label);
  return match ? Number(match[1]) : null;
}

/** A number from 0 to below 100 that is always the same for a value. */
function positionOf(value: string): number {
  return (createHash('sha256').update(value).digest().readUInt32BE(0) / 2 ** 32) * 100;
}
