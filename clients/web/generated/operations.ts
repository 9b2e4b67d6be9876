/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type AddressInput = {
  city: string;
  country: string;
  postalCode: string;
  street: string;
};

export type Category =
  | 'AUDIO'
  | 'BOOKS'
  | 'CAMPING'
  | 'COFFEE'
  | 'CYCLING'
  | 'GAMES'
  | 'GARDEN'
  | 'KITCHEN'
  | 'LIGHTING'
  | 'OFFICE'
  | 'TOOLS'
  | 'TRAVEL';

export type OrderLineInput = {
  productId: string;
  /** At least 1. */
  quantity: number;
};

export type OrderStatus =
  | 'CANCELLED'
  | 'DELIVERED'
  | 'PAID'
  | 'PLACED'
  | 'SHIPPED';

export type PaymentMethod =
  | 'CARD'
  | 'INVOICE'
  | 'TRANSFER';

export type PaymentStatus =
  | 'AUTHORIZED'
  | 'CAPTURED'
  | 'REFUNDED'
  | 'VOIDED';

export type PlaceOrderInput = {
  lines: Array<OrderLineInput>;
  userId: string;
};

export type Tier =
  | 'GOLD'
  | 'SILVER'
  | 'STANDARD';

export type UpdateProfileInput = {
  address?: AddressInput | null | undefined;
  avatarUrl?: string | null | undefined;
  email?: string | null | undefined;
  id: string;
  name?: string | null | undefined;
};

export type OrderQueryVariables = Exact<{
  id: string;
}>;


export type OrderQuery = { order: (
    { weight: number | null, shippingEstimate: PriceFragment | null, payment: { status: PaymentStatus, method: PaymentMethod, capturedAt: string | null } | null, lines: Array<{ quantity: number, unitPrice: PriceFragment, product: ProductCardFragment }> }
    & OrderSummaryFragment
  ) | null };

export type OrderHistoryQueryVariables = Exact<{
  after?: string | null | undefined;
  status?: OrderStatus | null | undefined;
}>;


export type OrderHistoryQuery = { profile: { id: string, orders: { nodes: Array<OrderSummaryFragment>, pageInfo: { endCursor: string | null, hasNextPage: boolean } } | null } | null };

export type PlaceOrderMutationVariables = Exact<{
  input: PlaceOrderInput;
}>;


export type PlaceOrderMutation = { placeOrder: OrderSummaryFragment | null };

export type CancelOrderMutationVariables = Exact<{
  id: string;
}>;


export type CancelOrderMutation = { cancelOrder: { id: string, status: OrderStatus } | null };

export type OrderStatusSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type OrderStatusSubscription = { orderStatus: { id: string, status: OrderStatus } | null };

export type OrderSummaryFragment = { id: string, status: OrderStatus, placedAt: string, total: PriceFragment };

export type ProductQueryVariables = Exact<{
  id: string;
}>;


export type ProductQuery = { product: (
    { description: string | null, category: Category | null, weight: number | null, inStock: number | null }
    & ProductCardFragment
  ) | null };

export type ProductsQueryVariables = Exact<{
  search?: string | null | undefined;
  category?: Category | null | undefined;
  after?: string | null | undefined;
}>;


export type ProductsQuery = { products: { totalCount: number, nodes: Array<ProductCardFragment>, pageInfo: { endCursor: string | null, hasNextPage: boolean } } };

export type ProductCardFragment = { id: string, name: string | null, rating: number | null, price: PriceFragment | null };

export type PriceFragment = { amount: number, currency: string };

export type ProfileQueryVariables = Exact<{
  orders?: number;
  recommendations?: number;
  notifications?: number;
  delay?: number;
}>;


export type ProfileQuery = { profile: { id: string, name: string | null, avatarUrl: string | null, tier: Tier | null, unreadNotifications: number | null, notifications: Array<{ id: string, title: string }> | null, orders: { totalCount: number, nodes: Array<(
        { shippingEstimate: PriceFragment | null, payment: { status: PaymentStatus, method: PaymentMethod } | null }
        & OrderSummaryFragment
      )> } | null, recommendations: Array<ProductCardFragment> | null } | null };

export type ReadNotificationsMutationVariables = Exact<{
  userId: string;
}>;


export type ReadNotificationsMutation = { readNotifications: number | null };

export type UpdateProfileMutationVariables = Exact<{
  input: UpdateProfileInput;
}>;


export type UpdateProfileMutation = { updateProfile: { id: string, name: string | null, email: string | null, address: { street: string, postalCode: string, city: string, country: string } | null } | null };
