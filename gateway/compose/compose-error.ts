// Composition error: every conflict at once, each naming types, fields and subgraphs.

export class ComposeError extends Error {
  override readonly name = 'ComposeError';
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(
      [
        `The graph cannot be composed: ${reasons.length === 1 ? '1 conflict' : `${reasons.length} conflicts`}`,
        ...reasons.map((reason) => `  ${reason}`),
      ].join('\n'),
    );
    this.reasons = reasons;
  }
}
