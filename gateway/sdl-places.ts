// Places of composition errors in the services' SDL files: errors name a service, with a line and column in its SDL or with
// a schema coordinate; files are what people open.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type ASTNode, getLocation, parse, Source } from 'graphql';
import type { CheckedConfig } from './config/config.ts';
import { type SchemaSource, schemaFiles } from './service-schema.ts';

export interface SdlPlace {
  /** Relative to the working directory. */
  file: string;
  /** From 1; undefined where the whole file is concerned. */
  line?: number;
  column?: number;
  /** Schema coordinate that the error names. */
  coordinate?: string;
  /** Without the place. */
  message: string;
}

/** Coordinates in a message: `Type.field`, `Type.field(argument:)`; a type alone at its beginning, or after "at". */
const memberIn = /(?<![\w"@./])[A-Z_a-z]\w*\.\w+(?:\(\w+:\))?/;
const typeIn = /(?:^|\bat )([A-Z]\w*)(?=[:;,]| is | has | in |$)/;

/**
 * The error without the service's name where that is a place in a file: `schema/users.graphql:3:5: …`.
 * @param folder base of relative paths in the configuration.
 */
export function withFile(reason: string, config: CheckedConfig, folder: string): string {
  const place = placeOf(reason, config, folder, false);
  return place?.line === undefined ? reason : `${place.file}:${place.line}:${place.column}: ${place.message}`;
}

/**
 * The place of a composition error; null where its file is not known.
 * @param searches whether an error without line and column is looked for by its coordinate.
 */
export function placeOf(reason: string, config: CheckedConfig, folder: string, searches = true): SdlPlace | null {
  const [, source, line, column, rest] = /^([^\s:]+)(?::(\d+):(\d+))?: ([\s\S]*)$/.exec(reason) ?? [];
  if (source === undefined || rest === undefined) return null;
  const files = filesOf(source, config, folder);
  if (line !== undefined && column !== undefined) {
    const known = files.length === 1 ? shown(files[0] as string) : /\.\w+$/.test(source) ? source : null;
    return known === null ? null : { file: known, line: Number(line), column: Number(column), message: rest };
  }
  const coordinate = memberIn.exec(rest)?.[0] ?? typeIn.exec(rest)?.[1];
  if (!searches || files.length === 0) return null;
  const found = coordinate === undefined ? null : find(coordinate, files);
  const file = found?.file ?? (files.length === 1 ? (files[0] as string) : null);
  if (file === null) return null;
  return {
    file: shown(file),
    ...(found && { line: found.line, column: found.column }),
    ...(coordinate !== undefined && { coordinate }),
    message: rest,
  };
}

function shown(file: string): string {
  return relative(process.cwd(), file) || file;
}

/** Files of a source, absolute. `gateway` is the source of the gateway's own fields. */
function filesOf(source: string, config: CheckedConfig, folder: string): string[] {
  const schema =
    source === 'gateway' && config.fields
      ? config.fields.schema
      : Object.hasOwn(config.subgraphs, source)
        ? config.subgraphs[source]?.schema
        : undefined;
  return schema === undefined ? [] : schemaFiles(schema as SchemaSource, folder, source);
}

function find(coordinate: string, files: readonly string[]): { file: string; line: number; column: number } | null {
  const [, type, member, argument] = /^(\w+)(?:\.(\w+)(?:\((\w+):\))?)?$/.exec(coordinate) ?? [];
  for (const file of files) {
    const source = new Source(readFileSync(file, 'utf8'), file);
    const names = [type, member, argument].filter((name) => name !== undefined);
    const [node] = names.reduce<ASTNode[]>(
      (parents, name) => parents.flatMap((one) => named(one, name)),
      [parse(source)],
    );
    if (node?.loc) return { file, ...getLocation(source, ('name' in node && node.name?.loc?.start) || node.loc.start) };
  }
  return null;
}

/** Definitions and extensions of this name in a document, or members of this name in a definition. */
function named(parent: ASTNode, name: string): ASTNode[] {
  const lists = ['definitions', 'fields', 'values', 'arguments'].flatMap(
    (list) => (Reflect.get(parent, list) as readonly ASTNode[] | undefined) ?? [],
  );
  return lists.filter((node) => 'name' in node && node.name?.value === name && !node.kind.startsWith('Directive'));
}
