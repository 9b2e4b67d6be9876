// Findings of `concierge validate`: each error and warning with its file, its place, and what to write.
import { relative } from 'node:path';
import { ComposeError } from '../../compose/compose-error.ts';
import type { CheckedConfig } from '../../config/config.ts';
import { ConfigError } from '../../config/config-error.ts';
import { DocumentsError } from '../../persisted-documents/documents-error.ts';
import { placeOf } from '../../sdl-places.ts';

/** What was checked when it was found. */
export type FindingKind = 'configuration' | 'schema' | 'client' | 'document' | 'policy' | 'environment';

export interface Finding {
  kind: FindingKind;
  /** Relative to the working directory; null for variables, options of the command line, and the graph as a whole. */
  file: string | null;
  /** From 1; null where the whole file is concerned. */
  line: number | null;
  column: number | null;
  /** Option, such as `subgraphs.users.url`, or schema coordinate; null where there is none. */
  path: string | null;
  /** What is wrong, and what to write. */
  message: string;
}

/** Where the sources of a graph are. */
export interface SdlFiles {
  config: CheckedConfig;
  folder: string;
}

/** The findings that an error of loading or composing stands for; null for any other error. */
export function findingsOf(error: unknown, kind: FindingKind, sdl?: SdlFiles): Finding[] | null {
  if (error instanceof ConfigError) return configFindings(error, kind);
  if (error instanceof ComposeError) return error.reasons.map((reason) => reasonFinding(reason, kind, sdl));
  if (!(error instanceof DocumentsError)) return null;
  return error.problems.map(({ file, line, column, message }) => ({
    kind: 'document',
    file: shownFile(file),
    line,
    column,
    path: null,
    message,
  }));
}

/**
 * Runs one check. @returns its result; undefined where it failed, with its errors among the findings.
 * @throws what is no error of the project that is validated.
 */
export function collect<Result>(
  findings: Finding[],
  kind: FindingKind,
  sdl: SdlFiles | undefined,
  check: () => Result,
): Result | undefined {
  try {
    return check();
  } catch (error) {
    const found = findingsOf(error, kind, sdl);
    if (!found) throw error;
    findings.push(...found);
    return undefined;
  }
}

/** Without those that were found before, by another check. */
export function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [`${finding.file} ${finding.message}`, finding])).values()];
}

export function shownFile(file: string): string {
  return relative(process.cwd(), file) || file;
}

function configFindings({ problems, message }: ConfigError, kind: FindingKind): Finding[] {
  if (problems.length === 0) return [{ kind, file: null, line: null, column: null, path: null, message }];
  return problems.map(({ source, line = null, column = null, path, message: text }) => {
    const isFile = /\.\w+$/.test(source) || !/[= ]/.test(source);
    return { kind: isFile ? kind : 'environment', file: isFile ? source : null, line, column, path, message: text };
  });
}

function reasonFinding(reason: string, kind: FindingKind, sdl?: SdlFiles): Finding {
  const place = sdl ? placeOf(reason, sdl.config, sdl.folder) : null;
  const coordinate = place?.coordinate ?? /^([A-Za-z_]\w*\.\w+(?:\(\w+:\))?)(?=:? )/.exec(reason)?.[1] ?? null;
  const { file = null, line = null, column = null, message = reason } = place ?? {};
  return { kind, file, line, column, path: coordinate, message };
}
