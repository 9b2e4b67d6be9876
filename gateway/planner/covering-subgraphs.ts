// Covering subgraphs: of the subgraphs that serve the fields of a selection, few that serve all of them together. A
// field that several serve is then fetched with the fields beside it, whatever their order.

const none: ReadonlySet<string> = new Set();

/**
 * Greedy set cover: subgraphs that alone serve a field, then those that serve most of the fields that are left.
 * @param choices for each field, the subgraphs that serve it, in the order of preference; empty where none does.
 */
export function coveringSubgraphs(choices: readonly (readonly string[])[]): ReadonlySet<string> {
  if (choices.length < 2 || choices.every(({ length }) => length < 2)) return none;
  const covering = new Set(choices.flatMap((subgraphs) => (subgraphs.length === 1 ? subgraphs : [])));
  let rest = uncovered(choices, covering);
  while (rest.length > 0) {
    const counts = new Map<string, number>();
    for (const subgraph of rest.flat()) counts.set(subgraph, (counts.get(subgraph) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const [subgraph, count] of counts) {
      if (count !== most) continue;
      covering.add(subgraph);
      break;
    }
    rest = uncovered(rest, covering);
  }
  return covering;
}

function uncovered(choices: readonly (readonly string[])[], covering: ReadonlySet<string>): (readonly string[])[] {
  return choices.filter((subgraphs) => subgraphs.length > 0 && !subgraphs.some((name) => covering.has(name)));
}
