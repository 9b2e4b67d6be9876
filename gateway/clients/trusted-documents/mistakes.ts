// What is wrong with a client's documents: every mistake at once, each with the place to mend.
import { relative } from 'node:path';

/** A place in a file; line and column count from 1. */
export interface Place {
  /** Absolute. */
  file: string;
  line: number;
  column: number;
}

export interface DocumentMistake extends Place {
  message: string;
}

/** Documents that cannot be trusted. The message lists every mistake, one line each. */
export class DocumentsError extends Error {
  override readonly name = 'DocumentsError';
  readonly mistakes: readonly DocumentMistake[];

  constructor(mistakes: readonly DocumentMistake[]) {
    const heading = `The documents cannot be used: ${mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`}`;
    super([heading, ...mistakes.map((mistake) => `  ${describePlace(mistake)}: ${mistake.message}`)].join('\n'));
    this.mistakes = mistakes;
  }
}

/** `file:line:column` as a terminal makes a link of it, relative to where the command runs. */
export function describePlace({ file, line, column }: Place): string {
  return `${relative(process.cwd(), file) || file}:${line}:${column}`;
}
