// Relay connections: arguments in, edges and page info out. https://relay.dev/graphql/connections.htm
import { rejection } from './rejection.ts';

/** A position in a sorted list: the values it is sorted by, of the row at this position. */
export type Position = readonly (string | number)[];

export interface PageRequest {
  first: number;
  after: Position | null;
}

/** One page of rows, and how many rows there are in all and from the page's start on. */
export interface Page<Row> {
  rows: readonly Row[];
  total: number;
  remaining: number;
}

export interface Connection<Row> {
  edges: { cursor: string; node: Row }[];
  nodes: Row[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount: number;
}

const MAX_PAGE_SIZE = 100;

/**
 * The page that a field's arguments select.
 * @param shape An example of a position in this list, as in `['', 0]`: a cursor of another list is rejected.
 * @throws BAD_USER_INPUT
 */
export function readPage(
  args: { first?: number | null | undefined; after?: string | null | undefined },
  fallback: number,
  shape: Position,
): PageRequest {
  return { first: readFirst(args.first, fallback), after: args.after == null ? null : decode(args.after, shape) };
}

/** `first`, from 1 to 100. @throws BAD_USER_INPUT */
export function readFirst(first: number | null | undefined, fallback: number): number {
  const wanted = first ?? fallback;
  if (wanted < 1 || wanted > MAX_PAGE_SIZE) {
    throw rejection('BAD_USER_INPUT', `\`first\` is ${wanted}; it must be from 1 to ${MAX_PAGE_SIZE}.`);
  }
  return wanted;
}

/** @param positionOf The values that the list is sorted by, in the shape given to `readPage`. */
export function connectionOf<Row>(page: Page<Row>, positionOf: (row: Row) => Position): Connection<Row> {
  const edges = page.rows.map((node) => ({ cursor: encode(positionOf(node)), node }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: page.remaining > edges.length,
      hasPreviousPage: page.total > page.remaining,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: page.total,
  };
}

function encode(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decode(cursor: string, shape: Position): Position {
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    // Not JSON: rejected below, like a cursor of another list.
  }
  const fits =
    Array.isArray(position) &&
    position.length === shape.length &&
    shape.every((example, index) => typeof position[index] === typeof example);
  if (!fits) {
    throw rejection('BAD_USER_INPUT', `\`after\` is not a cursor of this list: "${cursor.slice(0, 60)}".`);
  }
  return position as Position;
}
