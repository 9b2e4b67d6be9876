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

export type HomeQueryVariables = Exact<{ [key: string]: never; }>;


export type HomeQuery = { profile: { id: string, name: string | null, tier: Tier | null, orders: { nodes: Array<{ id: string, status: OrderStatus, total: { amount: number, currency: string } }> } | null, recommendations: Array<ProductRowFragment> | null } | null };

export type ProductQueryVariables = Exact<{
  id: string;
}>;


export type ProductQuery = { product: (
    { description: string | null, inStock: number | null }
    & ProductRowFragment
  ) | null };

export type SavedQueryVariables = Exact<{ [key: string]: never; }>;


export type SavedQuery = { profile: { id: string, saved: Array<
      | { __typename: 'Order', id: string, status: OrderStatus }
      | (
        { __typename: 'Product' }
        & ProductRowFragment
      )
      | { __typename: 'PublicProfile' }
      | { __typename: 'User' }
    > | null } | null };

export type ProductRowFragment = { id: string, name: string | null, rating: number | null, price: { amount: number, currency: string } | null };
