// Recommendations: from the two categories that a user viewed most, what the user has not viewed yet, best rated first.
import type { Session } from '../database.ts';
import { type ProductRow, productColumns } from './database.ts';

export interface RecommendationRequest {
  userId: string;
  first: number;
}

const recommendations = `
  WITH wanted AS MATERIALIZED (
    SELECT key AS slot, value ->> 'userId' AS userId, value ->> 'first' AS pageSize FROM json_each(?)
  ),
  viewed AS (
    SELECT slot, userId, pageSize, category,
      row_number() OVER (PARTITION BY slot ORDER BY sum(times) DESC, category) AS favour
    FROM wanted JOIN views ON user_id = userId JOIN products ON products.id = product_id
    GROUP BY slot, category
  ),
  fresh AS (
    SELECT slot, pageSize, ${productColumns},
      row_number() OVER (PARTITION BY slot ORDER BY p.rating DESC, p.number) AS place
    FROM viewed JOIN products p ON p.category = viewed.category
    WHERE favour <= 2 AND NOT EXISTS (SELECT 1 FROM views v WHERE v.user_id = userId AND v.product_id = p.id)
  )
  SELECT * FROM fresh WHERE place <= pageSize ORDER BY slot, place`;

/** The recommendations of each request, in the requests' sequence. One statement. */
export function readRecommendations(session: Session, requests: readonly RecommendationRequest[]): ProductRow[][] {
  const lists = requests.map((): ProductRow[] => []);
  for (const row of session.all<ProductRow & { slot: number }>(recommendations, JSON.stringify(requests))) {
    lists[row.slot]!.push(row);
  }
  return lists;
}
