// Generated from operations/ by `concierge codegen`. Do not edit.

export const HomeText = `query Home {
  profile {
    id
    name
    tier
    orders(first: 1) {
      nodes {
        id
        status
        total {
          amount
          currency
        }
      }
    }
    recommendations(first: 3) {
      ...ProductRow
    }
  }
}

fragment ProductRow on Product {
  id
  name
  rating
  price {
    amount
    currency
  }
}`;

export const ProductText = `query Product($id: ID!) {
  product(id: $id) {
    ...ProductRow
    description
    inStock
  }
}

fragment ProductRow on Product {
  id
  name
  rating
  price {
    amount
    currency
  }
}`;

export const SavedText = `query Saved {
  profile {
    id
    saved(first: 20) {
      __typename
      ... on Product {
        ...ProductRow
      }
      ... on Order {
        id
        status
      }
    }
  }
}

fragment ProductRow on Product {
  id
  name
  rating
  price {
    amount
    currency
  }
}`;

/** All of them, by the id of their document: `createClient({ texts })` sends them in place of ids. */
export const texts: Readonly<Record<string, string>> = {
  '4628d108323d34615f220d5c9fbe04e8ae5cae085260178b2c912bf327949a3e': HomeText,
  'dcb573ac26308a97c492afb74a67ba19bf39abe1570a04d6ef4e329f8b838837': ProductText,
  '6742df7825ce87142c226ac8d71ffb5435070277ca115f511c9fcd8d28746b7a': SavedText,
};
