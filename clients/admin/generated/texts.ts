// Generated from operations/ by `concierge codegen`. Do not edit.

export const SearchText = `query Search($text: String!) {
  search(text: $text, first: 20) {
    __typename
    ... on User {
      id
      name
      email
    }
    ... on Product {
      id
      name
      inStock
    }
    ... on Order {
      ...DeskOrder
    }
  }
}

fragment DeskOrder on Order {
  id
  status
  placedAt
  customer {
    id
    name
  }
  total {
    amount
    currency
  }
}`;

export const SetStockText = `mutation SetStock($productId: ID!, $quantity: Int!) {
  setStock(productId: $productId, quantity: $quantity) {
    id
    name
    inStock
  }
}`;

export const UsersText = `query Users($after: String) {
  users(first: 50, after: $after) {
    totalCount
    nodes {
      id
      name
      email
      tier
      createdAt
      orders(first: 3) {
        totalCount
        nodes {
          ...DeskOrder
        }
      }
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}

fragment DeskOrder on Order {
  id
  status
  placedAt
  customer {
    id
    name
  }
  total {
    amount
    currency
  }
}`;

/** All of them, by the id of their document: `createClient({ texts })` sends them in place of ids. */
export const texts: Readonly<Record<string, string>> = {
  '5fb9e82d0e1a57bcc26e9501c88fb5e6b955488ceb1f7e444393e150715130a8': SearchText,
  'b951065f5fc9de38430df27bf28af81a363b27b0f935719e0897ee53b92a0fb5': SetStockText,
  '81fa50f01664ecc2c91dd8a5918cee4e1ddd82eaf6afccc6253395ff8fd84c8a': UsersText,
};
