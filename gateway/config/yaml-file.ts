// File in YAML or JSON that people write beside the configuration: its checked value, and the place of each part of it.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { check } from './checked.ts';
import { ConfigError, type ConfigProblem, unusableFile } from './config-error.ts';

export interface YamlFile<Value> {
  value: Value;
  /** Line and column, from 1, of the part with these keys. */
  placeOf(keys: readonly PropertyKey[]): { line: number; column: number };
  /** An error of more problems with the value. */
  errorOf(problems: readonly { keys: readonly PropertyKey[]; message: string }[]): ConfigError;
}

/**
 * @param file an absolute path.
 * @param empty the value of a file without one.
 * @throws ConfigError with every problem, each with its line and column.
 */
export function readYamlFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  empty: unknown,
): YamlFile<z.output<Schema>> {
  const source = relative(process.cwd(), file) || file;
  const lines = new LineCounter();
  const document = parseDocument(readText(file, source), { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const [syntax] = document.errors;
  if (syntax) throw unusableFile(source, `is not valid YAML: ${syntax.message}`, at(syntax.pos[0]));
  const placeOf = (keys: readonly PropertyKey[]) => at(offsetOf(document, keys));
  const errorOf = (problems: readonly { keys: readonly PropertyKey[]; message: string; path?: string | null }[]) => {
    // A value may break several checks with one sentence.
    const placed = [...new Map(problems.map((problem) => [problem.message, problem])).values()].map(
      ({ keys, message, path = null }): ConfigProblem => ({ source, path, keys, message, ...placeOf(keys) }),
    );
    const text = placed.map(({ line, column, message }) => `${source}:${line}:${column}: ${message}`).join('\n');
    return new ConfigError(text, { problems: placed });
  };
  const { data, problems } = check(schema, contentOf(document, source) ?? empty, { source });
  if (problems.length > 0) throw errorOf(problems.map((problem) => ({ ...problem, keys: problem.keys ?? [] })));
  return { value: data as z.output<Schema>, placeOf, errorOf };
}

function readText(file: string, source: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw unusableFile(source, missing ? 'does not exist' : `cannot be read: ${(error as Error).message}`);
  }
}

function contentOf(document: Document.Parsed, source: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // An alias of nothing, or one of very many.
    throw unusableFile(source, `cannot be used: ${(error as Error).message}`);
  }
}

/** Of the value at the path, or of the nearest one around it that the file has. */
function offsetOf(document: Document.Parsed, keys: readonly PropertyKey[]): number {
  for (let length = keys.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(keys.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}
