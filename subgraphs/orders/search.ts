// The order desk's search: orders by id, customers and products by their names, exact matches before beginnings of
// names, beginnings before words, words before anything that contains the text.
import type { Session } from '../database.ts';
import { rejection } from '../rejection.ts';
import { foldText } from '../seed/people.ts';

export interface SearchRequest {
  /** Folded: lower case, without accents. */
  text: string;
  first: number;
}

export interface Hit {
  kind: 'Order' | 'User' | 'Product';
  id: string;
}

const MAX_TEXT_LENGTH = 100;

// Within a rank the kinds take turns, so that a common word shows customers and products rather than the first ten of
// one.
const search = `
  WITH wanted AS MATERIALIZED (
    SELECT key AS slot, value ->> 'text' AS text, value ->> 'first' AS pageSize FROM json_each(?)
  ),
  named AS (
    SELECT 'User' AS kind, id, number, folded_name AS name FROM customers
    UNION ALL SELECT 'Product', product_id, number, folded_title FROM price_list
  ),
  hits AS (
    SELECT slot, pageSize, 'Order' AS kind, id, number, iif(id = text, 0, 1) AS rank
    FROM wanted JOIN orders ON id >= text AND id < text || char(1114111)
    -- "o" alone is the beginning of every order's id.
    WHERE length(text) > 1
    UNION ALL
    SELECT slot, pageSize, kind, id, number,
      CASE WHEN name = text THEN 0 WHEN instr(name, text) = 1 THEN 1 WHEN instr(name, ' ' || text) > 0 THEN 2 ELSE 3 END
    FROM wanted JOIN named ON instr(name, text) > 0
  ),
  taken AS (SELECT *, row_number() OVER (PARTITION BY slot, rank, kind ORDER BY number) AS turn FROM hits),
  placed AS (SELECT *, row_number() OVER (PARTITION BY slot ORDER BY rank, turn, kind) AS place FROM taken)
  SELECT slot, kind, id FROM placed WHERE place <= pageSize ORDER BY slot, place`;

/** @throws BAD_USER_INPUT */
export function readSearchText(text: string): string {
  const folded = foldText(text);
  if (folded === '') throw rejection('BAD_USER_INPUT', '`text` is empty.');
  if (folded.length > MAX_TEXT_LENGTH) {
    throw rejection(
      'BAD_USER_INPUT',
      `\`text\` has ${folded.length} characters; at most ${MAX_TEXT_LENGTH} are allowed.`,
    );
  }
  return folded;
}

/** The hits of each search, best first. One statement. */
export function readHits(session: Session, requests: readonly SearchRequest[]): Hit[][] {
  const hits = requests.map((): Hit[] => []);
  for (const { slot, kind, id } of session.all<Hit & { slot: number }>(search, JSON.stringify(requests))) {
    hits[slot]!.push({ kind, id });
  }
  return hits;
}
