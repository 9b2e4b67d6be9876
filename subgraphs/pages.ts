// Many pages of one table in a single statement: the first ten orders of each of a hundred users, with different arguments
// for some, cost as much as one. The wanted pages go in as a JSON array; window functions cut the pages and count.
import type { Page, PageRequest } from './connection.ts';
import type { Session } from './database.ts';

export interface PageStatement {
  /** Table, and any joins; the columns come from here. */
  from: string;
  /** The columns of a row, with their names in the result. */
  columns: string;
  /** Which rows belong to a list. `wanted.request ->> 'name'` reads a property of the request. */
  where: string;
  /** The list's order, the last column unique. */
  orderBy: string;
  /** Whether a row stands behind the cursor, whose values are `wanted.request -> 'after' ->> 0`, and so on. */
  behind: string;
}

/** The SQL of a `PageStatement`; its one parameter is the JSON array of requests. */
export function pageSql({ from, columns, where, orderBy, behind }: PageStatement): string {
  return `
    WITH wanted AS MATERIALIZED (SELECT key AS slot, value AS request FROM json_each(?)),
    listed AS (
      SELECT wanted.slot, wanted.request ->> 'first' AS pageSize, ${columns},
        row_number() OVER (PARTITION BY wanted.slot ORDER BY ${orderBy}) AS place,
        wanted.request ->> 'after' IS NULL OR ${behind} AS behind
      FROM wanted JOIN ${from} ON ${where}
    ),
    counted AS (
      SELECT *, count(*) OVER list AS total, sum(behind) OVER list AS remaining FROM listed WINDOW list AS (PARTITION BY slot)
    )
    SELECT * FROM counted
    -- A list's first row comes along in any case: an empty page still has a total.
    WHERE place = 1 OR (behind AND place <= total - remaining + pageSize)
    ORDER BY slot, place`;
}

/** The page of each request, in the requests' sequence. One statement. */
export function readPages<Row>(session: Session, sql: string, requests: readonly PageRequest[]): Page<Row>[] {
  const pages = requests.map(() => ({ rows: [] as Row[], total: 0, remaining: 0 }));
  type Listed = Row & { slot: number; behind: number; total: number; remaining: number };
  for (const row of session.all<Listed>(sql, JSON.stringify(requests))) {
    const page = pages[row.slot]!;
    page.total = row.total;
    page.remaining = row.remaining;
    if (row.behind) page.rows.push(row);
  }
  return pages;
}
