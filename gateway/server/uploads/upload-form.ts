// Form of a request with files (GraphQL multipart request specification): `operations` and `map`, which come before the
// files, with a placeholder at each place of a file.
import { parseClientJson } from '../../json/parse-json.ts';
import type { UploadPlace } from '../../pipeline/placed-files.ts';
import type { Placeholders } from '../../transport/uploads/upload-files.ts';
import { rejectedUpload, tooLargeUpload } from './upload-fault.ts';

export interface MappedOperations {
  /** JSON text of the request, with placeholders. */
  text: string;
  /** Names of the files' parts, in the order of the map. */
  names: string[];
  /** Where the files belong. */
  places: UploadPlace[];
}

/** Places of files in one request: more than any form needs. */
const MAX_PLACES = 1_000;

/** @throws UploadFault where they do not belong together. */
export function mapOperations(
  operationsText: string,
  mapText: string,
  placeholders: Placeholders,
  maxFiles: number,
): MappedOperations {
  const operations = objectIn(operationsText, 'operations');
  const map = Object.entries(objectIn(mapText, 'map'));
  if (map.length === 0) throw rejectedUpload('The map names no files: send "content-type: application/json".');
  if (map.length > maxFiles) throw tooLargeUpload('The map has', maxFiles, 'files', 'uploads.maxFiles');
  const places: UploadPlace[] = [];
  for (const [index, [name, paths]] of map.entries()) {
    if (!Array.isArray(paths) || paths.length === 0 || !paths.every((path) => typeof path === 'string')) {
      throw rejectedUpload(
        `The map must have a list of places for the file ${shown(name)}, such as ["variables.file"].`,
      );
    }
    if (places.length + paths.length > MAX_PLACES) throw rejectedUpload(`The map has more than ${MAX_PLACES} places.`);
    for (const path of paths as string[]) {
      const keys = path.split('.');
      setPlaceholder(operations, keys, path, placeholders.of(index));
      places.push({ index, path, keys: keys.slice(1) });
    }
  }
  return { text: JSON.stringify(operations), names: map.map(([name]) => name), places };
}

/** A key of the client in a message. */
export function shown(key: string): string {
  return JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key);
}

function objectIn(text: string, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseClientJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw rejectedUpload(`The field "${name}" cannot be read as JSON: ${error.message}`);
  }
  if (Array.isArray(value) && name === 'operations')
    throw rejectedUpload('A batch cannot have files: send one operation.');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw rejectedUpload(`The field "${name}" must be a JSON object.`);
  }
  return value as Record<string, unknown>;
}

/** In place of the null that the specification requires there. */
function setPlaceholder(operations: Record<string, unknown>, keys: string[], path: string, text: string): void {
  if (keys[0] !== 'variables' || keys.length < 2) {
    throw rejectedUpload(
      `The map has the place ${shown(path)}: files are values of variables, such as "variables.file".`,
    );
  }
  let holder: unknown = operations;
  for (const key of keys.slice(0, -1)) holder = valueIn(holder, key);
  const last = keys.at(-1) as string;
  if (valueIn(holder, last) !== null) {
    throw rejectedUpload(
      `The map has the place ${shown(path)}, where "operations" must have null; each place is for one file.`,
    );
  }
  (holder as Record<string, unknown>)[last] = text;
}

/** Undefined where there is none. */
function valueIn(holder: unknown, key: string): unknown {
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, key)) return undefined;
  if (Array.isArray(holder) && !/^(?:0|[1-9]\d*)$/.test(key)) return undefined;
  return (holder as Record<string, unknown>)[key];
}
