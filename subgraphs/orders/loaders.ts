// Loaders of one request to orders: each runs one statement for all the keys of a level of the query.
import DataLoader from 'dataloader';
import type { Caller } from '../caller.ts';
import type { Page, PageRequest } from '../connection.ts';
import type { Session } from '../database.ts';
import { type ById, loadById, loadByRequest } from '../lookups.ts';
import { pageSql, readPages } from '../pages.ts';
import { type LineRow, type OrderRow, orderColumns } from './database.ts';
import { type Hit, readHits, type SearchRequest } from './search.ts';

export type OrderPageRequest = PageRequest & { userId: string; status: OrderRow['status'] | null };

export interface Context {
  session: Session;
  caller: Caller;
  orders: ById<OrderRow>;
  customers: ById<{ id: string }>;
  products: ById<{ id: string }>;
  orderPages: DataLoader<OrderPageRequest, Page<OrderRow>, string>;
  /** The lines of an order, by the order's number. */
  lines: DataLoader<number, LineRow[]>;
  searches: DataLoader<SearchRequest, Hit[], string>;
}

const ordersById = `SELECT ${orderColumns} FROM orders o WHERE o.id IN (SELECT value FROM json_each(?))`;
const customersById = 'SELECT id FROM customers WHERE id IN (SELECT value FROM json_each(?))';
const productsById = 'SELECT product_id AS id FROM price_list WHERE product_id IN (SELECT value FROM json_each(?))';

const orderPage = pageSql({
  from: 'orders o',
  columns: orderColumns,
  where: `o.user_id = wanted.request ->> 'userId'
    AND (wanted.request ->> 'status' IS NULL OR o.status = wanted.request ->> 'status')`,
  orderBy: 'o.placed_at DESC, o.number DESC',
  behind: "(o.placed_at, o.number) < (wanted.request -> 'after' ->> 0, wanted.request -> 'after' ->> 1)",
});

const linesByOrder = `
  SELECT order_number AS orderNumber, product_id AS productId, quantity, unit_price AS unitPrice
  FROM order_lines WHERE order_number IN (SELECT value FROM json_each(?)) ORDER BY order_number, position`;

export function createContext(session: Session, caller: Caller): Context {
  return {
    session,
    caller,
    orders: loadById(session, ordersById),
    customers: loadById(session, customersById),
    products: loadById(session, productsById),
    orderPages: loadByRequest((requests) => readPages<OrderRow>(session, orderPage, requests)),
    lines: new DataLoader(async (numbers) => readLines(session, numbers)),
    searches: loadByRequest((requests) => readHits(session, requests)),
  };
}

function readLines(session: Session, numbers: readonly number[]): LineRow[][] {
  const byOrder = new Map(numbers.map((number) => [number, [] as LineRow[]]));
  for (const line of session.all<LineRow & { orderNumber: number }>(linesByOrder, JSON.stringify(numbers))) {
    byOrder.get(line.orderNumber)!.push(line);
  }
  return numbers.map((number) => byOrder.get(number)!);
}
