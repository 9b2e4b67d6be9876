// Composition error: every conflict at once, each naming types, fields and subgraphs.

export class ComposeError extends Error {
  override readonly name = 'ComposeError';
  readonly reasons: readonly string[];

  /** @param heading first line of the message, where the graph itself is valid. */
  constructor(reasons: readonly string[], heading = `The graph cannot be composed: ${count(reasons, 'conflict')}`) {
    super([heading, ...reasons.map((reason) => `  ${reason}`)].join('\n'));
    this.reasons = reasons;
  }
}

/**
 * The results of all items.
 * @throws ComposeError with the reasons of every item that fails.
 */
export function composeAll<Item, Result>(
  items: readonly Item[],
  compose: (item: Item, index: number) => Result,
): Result[] {
  const results: Result[] = [];
  const reasons: string[] = [];
  for (const [index, item] of items.entries()) {
    try {
      results.push(compose(item, index));
    } catch (error) {
      if (!(error instanceof ComposeError)) throw error;
      reasons.push(...error.reasons);
    }
  }
  if (reasons.length > 0) throw new ComposeError([...new Set(reasons)]);
  return results;
}

function count({ length }: readonly string[], noun: string): string {
  return `${length} ${noun}${length === 1 ? '' : 's'}`;
}
