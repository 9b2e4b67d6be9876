// Output of `concierge validate`: one line for each finding, or JSON.
import type { Finding } from './findings.ts';

export interface Report {
  errors: readonly Finding[];
  warnings: readonly Finding[];
  /** What could not be checked because of an error, as sentences. */
  skipped: readonly string[];
}

/** `docs/configuration.md` has the members. */
export function asJson({ errors, warnings, skipped }: Report): string {
  return JSON.stringify({ version: 1, ok: errors.length === 0, errors, warnings, skipped }, null, 2);
}

export function asText({ errors, warnings, skipped }: Report): string {
  const total =
    errors.length === 0 ? 'No errors.' : `${counted(errors.length, 'error')}${warnings.length > 0 ? ',' : '.'}`;
  return [
    ...errors.map(line),
    ...warnings.map((warning) => `warning: ${line(warning)}`),
    ...skipped.map((sentence) => `not checked: ${sentence}`),
    warnings.length > 0 ? `${total} ${counted(warnings.length, 'warning')}.` : total,
  ].join('\n');
}

/** `file:line:column: message`, which terminals turn into a link. */
function line({ file, line: at, column, message }: Finding): string {
  if (file === null) return message;
  return at === null ? `${file}: ${message}` : `${file}:${at}:${column}: ${message}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
