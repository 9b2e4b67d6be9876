// Measured rejections: what rules in measure mode would have rejected, for the request's log line and the metrics.

/** One rejection that a rule in measure mode would have made. */
export interface MeasuredRejection {
  /** The rule: the path of its option, such as `limits.depth`; `@rateLimit` for the limits of fields. */
  rule: string;
  /** The code that clients would have got. */
  code: string;
  /** The limit, and the value that exceeds it; for rules that count. */
  limit?: number;
  value?: number;
  /** Coordinates of the fields that would have been null, in the names of the graph. */
  fields?: readonly string[];
}

/** The rejections of one rule in a request, of which a batch may have several. */
export interface RuleRejections extends MeasuredRejection {
  /** Left out for a single one. */
  count?: number;
}

/** Rules in one request; those of subgraphs and quotas are as many as the configuration has. */
const MAX_RULES = 32;
const MAX_FIELDS = 10;

export const noRejections: readonly MeasuredRejection[] = Object.freeze([]);

export class MeasuredRejections {
  readonly #byRule = new Map<string, RuleRejections>();

  /** Of several rejections by one rule, the first one has its limit and value here. */
  add({ fields, ...rejection }: MeasuredRejection): void {
    const key = `${rejection.rule} ${rejection.code}`;
    const known = this.#byRule.get(key);
    if (!known && this.#byRule.size >= MAX_RULES) return;
    const all = new Set([...(known?.fields ?? []), ...(fields ?? [])]);
    this.#byRule.set(key, {
      ...(known ?? rejection),
      ...(known && { count: (known.count ?? 1) + 1 }),
      ...(all.size > 0 && { fields: [...all].slice(0, MAX_FIELDS) }),
    });
  }

  /** One for each rule and code, in the order of the first ones. */
  get all(): readonly RuleRejections[] {
    return [...this.#byRule.values()];
  }
}
