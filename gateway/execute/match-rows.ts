// Entity matching: pairs the rows of an entity fetch's list with the requested keys, by the key's text. Most
// subgraphs return one row for each key in order, which is checked without a map; only other lists are paired by one.
import { isNestedBeyond } from '../json/json-values.ts';
import { keyText } from '../json/key-text.ts';
import type { KeyMatch } from '../query-plan/plan.ts';
import { type Read, type ResponseObject, reader, readProperty } from './hot-path/index.ts';
import { MAX_LISTS, MAX_NESTING } from './nesting.ts';

export interface RowMatcher {
  /** True where each row stands at the index of its own key, or is null, and none is missing. */
  isInOrder(rows: readonly unknown[], keys: readonly ResponseObject[]): boolean;
  /** Pairs the rows of any other list. */
  match(rows: readonly unknown[], keys: readonly ResponseObject[]): RowMatch;
}

export interface RowMatch {
  /** For each key the index of its row; `NO_ROW`, or `CONFLICT` where several rows may be the key's. */
  rowOf: number[];
  /** Indices of rows that are null. */
  nullRows: number[];
  /** The problem of the list, for the log; null where every row belongs to exactly one of the keys. */
  problem: string | null;
}

export const NO_ROW = -1;
export const CONFLICT = -2;

/** Characters of a key that a log message shows. */
const MAX_SHOWN_KEY = 100;

/** @param fields the key's fields, as they are named in keys and in rows. */
export function compileRowMatcher(fields: readonly KeyMatch[]): RowMatcher {
  const [only] = fields;
  const isPlain = fields.length === 1 && only !== undefined && only.fields === null;
  const readRow: Read = isPlain ? reader(only.property) : (row) => elementsOf(row, fields, 'property');
  const readKey: Read = isPlain ? reader(only.name) : (key) => elementsOf(key, fields, 'name');
  const rowText = (row: unknown): string | null => {
    if (typeof row !== 'object' || row === null) return null;
    const value = readRow(row as ResponseObject);
    return textOf(value);
  };
  return {
    isInOrder(rows, keys) {
      if (rows.length !== keys.length) return false;
      for (let index = 0; index < rows.length; index++) {
        const row = rows[index];
        if (row === null) continue;
        if (typeof row !== 'object') return false;
        const own = readRow(row as ResponseObject);
        const requested = readKey(keys[index] as ResponseObject);
        if (own === requested && typeof own === 'string') continue;
        if (textOf(own) !== keyText(requested)) return false;
      }
      return true;
    },
    match(rows, keys) {
      const indices = new Map<string, number>();
      const ambiguous = new Set<string>();
      for (let index = 0; index < keys.length; index++) {
        const text = keyText(readKey(keys[index] as ResponseObject));
        if (indices.has(text)) ambiguous.add(text);
        else indices.set(text, index);
      }
      const matched: RowMatch = { rowOf: keys.map(() => NO_ROW), nullRows: [], problem: null };
      for (let index = 0; index < rows.length; index++) addRow(index);
      for (let index = 0; ambiguous.size > 0 && index < keys.length; index++) {
        const text = keyText(readKey(keys[index] as ResponseObject));
        if (!ambiguous.has(text)) continue;
        matched.rowOf[index] = CONFLICT;
        const key = shown(readKey(keys[index] as ResponseObject));
        matched.problem ??= `not one row for each key in order, and several keys are ${key}`;
      }
      return matched;

      function addRow(index: number): void {
        const row = rows[index];
        if (row === null) {
          matched.nullRows.push(index);
          return;
        }
        const text = rowText(row);
        const key = text === null ? undefined : indices.get(text);
        if (text === null || key === undefined) {
          matched.problem ??=
            text === null
              ? 'a row without its key'
              : `a row for a key that was not requested, ${shown(readRow(row as ResponseObject))}`;
          return;
        }
        const known = matched.rowOf[key] as number;
        if (known === NO_ROW) matched.rowOf[key] = index;
        else if (known === CONFLICT || !isSame(rows[known], row)) {
          matched.rowOf[key] = CONFLICT;
          matched.problem ??= `different rows for the key ${shown(readRow(row as ResponseObject))}`;
        }
      }
    },
  };
}

/** The text of a row's key; null where it has none that is usable. */
function textOf(key: unknown): string | null {
  return key === null || key === undefined || isNestedBeyond(key, MAX_NESTING) ? null : keyText(key);
}

function isSame(row: unknown, other: unknown): boolean {
  if (isNestedBeyond(row, MAX_NESTING) || isNestedBeyond(other, MAX_NESTING)) return false;
  return JSON.stringify(row) === JSON.stringify(other);
}

/** The values of a key with several fields, in the order of its fields; undefined where one is missing. */
function elementsOf(value: unknown, fields: readonly KeyMatch[], name: 'name' | 'property', lists = 0): unknown {
  if (Array.isArray(value)) {
    return lists < MAX_LISTS ? value.map((item) => elementsOf(item, fields, name, lists + 1)) : undefined;
  }
  if (typeof value !== 'object' || value === null) return value;
  const parts: unknown[] = [];
  for (const field of fields) {
    const part = readProperty(value as ResponseObject, field[name]);
    if (part === undefined) return undefined;
    parts.push(field.fields ? elementsOf(part, field.fields, name) : part);
  }
  return parts;
}

function shown(key: unknown): string {
  const text = JSON.stringify(key);
  return text.length > MAX_SHOWN_KEY ? `${text.slice(0, MAX_SHOWN_KEY)}…` : text;
}
