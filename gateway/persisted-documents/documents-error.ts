// What is wrong with a client's documents: every mistake at once, each with the place to mend.
import { relative } from 'node:path';

/** A place in a file; line and column count from 1. */
export interface SourceLocation {
  /** Absolute. */
  file: string;
  line: number;
  column: number;
}

export interface DocumentProblem extends SourceLocation {
  message: string;
}

/** Documents that cannot be trusted. The message lists every mistake, one line each. */
export class DocumentsError extends Error {
  override readonly name = 'DocumentsError';
  readonly problems: readonly DocumentProblem[];

  constructor(problems: readonly DocumentProblem[]) {
    const heading = `The documents cannot be used: ${problems.length === 1 ? '1 mistake' : `${problems.length} mistakes`}`;
    super([heading, ...problems.map((problem) => `  ${describeLocation(problem)}: ${problem.message}`)].join('\n'));
    this.problems = problems;
  }
}

/** `file:line:column` as a terminal makes a link of it, relative to where the command runs. */
export function describeLocation({ file, line, column }: SourceLocation): string {
  return `${relative(process.cwd(), file) || file}:${line}:${column}`;
}
