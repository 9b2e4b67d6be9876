// Lookup fields: a list of ids in, one object for each id out, null where there is none.
import DataLoader from 'dataloader';
import type { Session } from './database.ts';

export type ById<Row> = DataLoader<string, Row | null>;

/**
 * Batches the ids of one level of a request into one statement.
 * @param sql Selects the rows whose ids are in the JSON array that is its one parameter, each with its `id`.
 */
export function loadById<Row extends { id: string }>(session: Session, sql: string): ById<Row> {
  return new DataLoader(async (ids) => {
    const rows = new Map(session.all<Row>(sql, JSON.stringify(ids)).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id) ?? null);
  });
}

/** A loader whose keys are plain objects, equal when their properties are. */
export function loadByRequest<Request, Result>(
  batch: (requests: readonly Request[]) => Result[],
): DataLoader<Request, Result, string> {
  return new DataLoader(async (requests) => batch(requests), { cacheKeyFn: (request) => JSON.stringify(request) });
}

/** `loadMany` with errors thrown instead of returned. */
export function loadAll<Row>(loader: ById<Row>, ids: readonly string[]): Promise<(Row | null)[]> {
  return Promise.all(ids.map((id) => loader.load(id)));
}
