// Names of a client's tools: each is that of one document.
import { type DocumentProblem, describeLocation, type SourceLocation } from './documents-error.ts';

interface Named {
  name: string | undefined;
  place: SourceLocation;
  declaration: { tool: { name?: string; place: SourceLocation } | null };
}

/** Names of `@tool` that another document has as well: its own name, which is that of its tool by default, or by `@tool`. */
export function toolProblems(documents: readonly Named[]): DocumentProblem[] {
  const taken = new Map<string, SourceLocation>();
  for (const { name, place, declaration } of documents) {
    if (name !== undefined && declaration.tool?.name === undefined) taken.set(name, place);
  }
  return documents.flatMap(({ declaration: { tool } }) => {
    if (tool?.name === undefined) return [];
    const other = taken.get(tool.name);
    if (!other) taken.set(tool.name, tool.place);
    return other
      ? [
          {
            ...tool.place,
            message: `the tool ${tool.name} is also in ${describeLocation(other)}: give it another name`,
          },
        ]
      : [];
  });
}
