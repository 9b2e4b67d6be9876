// Errors in a client's documents: every problem at once, each with its location.
import { relative } from 'node:path';
import { type ASTNode, getLocation } from 'graphql';

/** A location in a file; line and column count from 1. */
export interface SourceLocation {
  /** Absolute path. */
  file: string;
  line: number;
  column: number;
}

export interface DocumentProblem extends SourceLocation {
  message: string;
}

/** Invalid trusted documents. The message lists every problem, one line each. */
export class DocumentsError extends Error {
  override readonly name = 'DocumentsError';
  readonly problems: readonly DocumentProblem[];

  constructor(problems: readonly DocumentProblem[]) {
    const heading = `The documents cannot be used: ${problems.length === 1 ? '1 error' : `${problems.length} errors`}`;
    super([heading, ...problems.map((problem) => `  ${describeLocation(problem)}: ${problem.message}`)].join('\n'));
    this.problems = problems;
  }
}

/** `file:line:column`, which terminals turn into a link; relative to the working directory. */
export function describeLocation({ file, line, column }: SourceLocation): string {
  return `${shownFile(file)}:${line}:${column}`;
}

/** Relative to the working directory. */
export function shownFile(file: string): string {
  return relative(process.cwd(), file) || file;
}

/** Location of a node that was parsed with its file as the source's name. */
export function locationOfNode({ loc }: ASTNode): SourceLocation {
  if (!loc) throw new Error('A node has no location: documents are parsed with locations.');
  return { file: loc.source.name, ...getLocation(loc.source, loc.start) };
}
