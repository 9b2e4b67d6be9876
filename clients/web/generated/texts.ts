// Generated from operations/ by `concierge codegen`. Do not edit.

export const CancelOrderText = `mutation CancelOrder($id: ID!) {
  cancelOrder(id: $id) {
    id
    status
  }
}`;

export const OrderText = `query Order($id: ID!) {
  order(id: $id) {
    ...OrderSummary
    weight
    shippingEstimate {
      ...Price
    }
    payment {
      status
      method
      capturedAt
    }
    lines {
      quantity
      unitPrice {
        ...Price
      }
      product {
        ...ProductCard
      }
    }
  }
}

fragment OrderSummary on Order {
  id
  status
  placedAt
  total {
    ...Price
  }
}

fragment Price on Money {
  amount
  currency
}

fragment ProductCard on Product {
  id
  name
  rating
  price {
    ...Price
  }
}`;

export const OrderHistoryText = `query OrderHistory($after: String, $status: OrderStatus) {
  profile {
    id
    orders(first: 20, after: $after, status: $status) {
      nodes {
        ...OrderSummary
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
}

fragment OrderSummary on Order {
  id
  status
  placedAt
  total {
    ...Price
  }
}

fragment Price on Money {
  amount
  currency
}`;

export const OrderStatusText = `subscription OrderStatus {
  orderStatus {
    id
    status
  }
}`;

export const PlaceOrderText = `mutation PlaceOrder($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    ...OrderSummary
  }
}

fragment OrderSummary on Order {
  id
  status
  placedAt
  total {
    ...Price
  }
}

fragment Price on Money {
  amount
  currency
}`;

export const ProductText = `query Product($id: ID!) {
  product(id: $id) {
    ...ProductCard
    description
    category
    weight
    inStock
  }
}

fragment Price on Money {
  amount
  currency
}

fragment ProductCard on Product {
  id
  name
  rating
  price {
    ...Price
  }
}`;

export const ProductsText = `query Products($search: String, $category: Category, $after: String) {
  products(search: $search, category: $category, first: 24, after: $after) {
    totalCount
    nodes {
      ...ProductCard
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}

fragment Price on Money {
  amount
  currency
}

fragment ProductCard on Product {
  id
  name
  rating
  price {
    ...Price
  }
}`;

export const ProfileText = `query Profile($orders: Int! = 5, $recommendations: Int! = 4, $notifications: Int! = 3, $delay: Int! = 0) {
  profile {
    id
    name
    avatarUrl
    tier
    unreadNotifications
    notifications(first: $notifications, unread: true) {
      id
      title
    }
    orders(first: $orders) {
      totalCount
      nodes {
        ...OrderSummary
        shippingEstimate {
          ...Price
        }
        payment {
          status
          method
        }
      }
    }
    recommendations(first: $recommendations, delay: $delay) {
      ...ProductCard
    }
  }
}

fragment OrderSummary on Order {
  id
  status
  placedAt
  total {
    ...Price
  }
}

fragment Price on Money {
  amount
  currency
}

fragment ProductCard on Product {
  id
  name
  rating
  price {
    ...Price
  }
}`;

export const ReadNotificationsText = `mutation ReadNotifications($userId: ID!) {
  readNotifications(userId: $userId)
}`;

export const UpdateProfileText = `mutation UpdateProfile($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    id
    name
    email
    address {
      street
      postalCode
      city
      country
    }
  }
}`;

/** All of them, by the id of their document: `createClient({ texts })` sends them in place of ids. */
export const texts: Readonly<Record<string, string>> = {
  '3cecc84cb9aa908b2f78b27de25efdac19693c66e2371b61b51d5293fbe624d5': CancelOrderText,
  'c506ad33fb05d955da272d8f691ef07d055c4a7437ac3e5535047536d3edb9ae': OrderText,
  '698c9c130eb7c9badfede0670422c01f053f14e4ff222e36db198337073646d3': OrderHistoryText,
  '01073b5b261b3abfd9dbee209a4cf18966be629741d53bd58afca97500af8889': OrderStatusText,
  '63293b381bdfa882f17c1ed44f14938863ac57aecd98eb92afdebdf1ad42604d': PlaceOrderText,
  '19f80bd0a71aa03cc0278356c311361f19b769ed88b5d19fb705227d527bea98': ProductText,
  '6d82365be183aed609080c9753b3a860459e63792647402a47f2ea44d4242b73': ProductsText,
  'dd27fcd73c377405512ce740b6fef21284f6c6bf7ad5a07dec0fef9aee99da3b': ProfileText,
  '925183e2421b50db4593a5c80447eecfb45460f22a49c9b91873eff5230cad35': ReadNotificationsText,
  '85361232f883e2c81d6aa83d32f88514c730064e0ece77bad55354a68791a713': UpdateProfileText,
};
