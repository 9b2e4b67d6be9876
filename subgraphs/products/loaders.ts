// Loaders of one request to products: each runs one statement for all the keys of a level of the query.
import type DataLoader from 'dataloader';
import type { Page, PageRequest } from '../connection.ts';
import type { Session } from '../database.ts';
import { type ById, loadById, loadByRequest } from '../lookups.ts';
import { pageSql, readPages } from '../pages.ts';
import { type ProductRow, productColumns } from './database.ts';
import { type RecommendationRequest, readRecommendations } from './recommendations.ts';

export type ProductPageRequest = PageRequest & { category: ProductRow['category'] | null; search: string | null };

export interface Context {
  session: Session;
  products: ById<ProductRow>;
  viewers: ById<{ id: string }>;
  productPages: DataLoader<ProductPageRequest, Page<ProductRow>, string>;
  recommendations: DataLoader<RecommendationRequest, ProductRow[], string>;
}

const productsById = `SELECT ${productColumns} FROM products p WHERE p.id IN (SELECT value FROM json_each(?))`;
const viewersById = 'SELECT DISTINCT user_id AS id FROM views WHERE user_id IN (SELECT value FROM json_each(?))';

const productPage = pageSql({
  from: 'products p',
  columns: productColumns,
  where: `(wanted.request ->> 'category' IS NULL OR p.category = wanted.request ->> 'category')
    AND (wanted.request ->> 'search' IS NULL OR instr(p.searchable, wanted.request ->> 'search') > 0)`,
  orderBy: 'p.name, p.number',
  behind: "(p.name, p.number) > (wanted.request -> 'after' ->> 0, wanted.request -> 'after' ->> 1)",
});

export function createContext(session: Session): Context {
  return {
    session,
    products: loadById(session, productsById),
    viewers: loadById(session, viewersById),
    productPages: loadByRequest((requests) => readPages<ProductRow>(session, productPage, requests)),
    recommendations: loadByRequest((requests) => readRecommendations(session, requests)),
  };
}
