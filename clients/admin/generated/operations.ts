/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type OrderStatus =
  | 'CANCELLED'
  | 'DELIVERED'
  | 'PAID'
  | 'PLACED'
  | 'SHIPPED';

export type Tier =
  | 'GOLD'
  | 'SILVER'
  | 'STANDARD';

export type SearchQueryVariables = Exact<{
  text: string;
}>;


export type SearchQuery = { search: Array<
    | (
      { __typename: 'Order' }
      & DeskOrderFragment
    )
    | { __typename: 'Product', id: string, name: string | null, inStock: number | null }
    | { __typename: 'User', id: string, name: string | null, email: string | null }
  > | null };

export type UsersQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type UsersQuery = { users: { totalCount: number, nodes: Array<{ id: string, name: string | null, email: string | null, tier: Tier | null, createdAt: string | null, orders: { totalCount: number, nodes: Array<DeskOrderFragment> } | null }>, pageInfo: { endCursor: string | null, hasNextPage: boolean } } };

export type SetStockMutationVariables = Exact<{
  productId: string;
  quantity: number;
}>;


export type SetStockMutation = { setStock: { id: string, name: string | null, inStock: number | null } | null };

export type DeskOrderFragment = { id: string, status: OrderStatus, placedAt: string, customer: { id: string, name: string | null }, total: { amount: number, currency: string } };
