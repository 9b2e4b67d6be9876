// Report of an import: operations that were left out, and what was simplified or left out in the others, each with its place.
import { type Finding, shownFile } from '../validate/findings.ts';
import type { Element } from './openapi-document.ts';

export type ImportFinding = Omit<Finding, 'kind' | 'path'> & {
  /** JSON pointer into the document. */
  path: string;
};

export class ImportReport {
  /** Chosen operations that are left out. */
  readonly errors: ImportFinding[] = [];
  readonly warnings: ImportFinding[] = [];
  readonly #file: string;
  readonly #known = new Set<string>();

  constructor(file: string) {
    this.#file = shownFile(file);
  }

  error(element: Element, message: string): void {
    this.errors.push(this.#finding(element, message));
  }

  /** Once for each place and message: schemas are used in several operations. */
  warn(element: Element, message: string): void {
    const key = `${element.pointer} ${message}`;
    if (!this.#known.has(key)) this.warnings.push(this.#finding(element, message));
    this.#known.add(key);
  }

  /** `file:line:column: message`, one line each. */
  lines(): string[] {
    const line = (prefix: string) => (finding: ImportFinding) =>
      `${prefix}${finding.file}:${finding.line}:${finding.column}: ${finding.message} (#${finding.path})`;
    return [...this.errors.map(line('')), ...this.warnings.map(line('warning: '))];
  }

  #finding(element: Element, message: string): ImportFinding {
    return { file: this.#file, ...element.document.placeOf(element), path: element.pointer, message };
  }
}
