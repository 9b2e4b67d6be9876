// Names of one service that are others in the graph.

export const renames = {
  types: { Thingy: 'Alpha', Shade: 'Tone' } as Record<string, string>,
  rootFields: { firstThingy: 'zetaFirst', thingiesByIds: '_zetas' } as Record<string, string>,
};

export function graphType(name: string): string {
  return renames.types[name] ?? name;
}

export function graphRootField(name: string): string {
  return renames.rootFields[name] ?? name;
}
