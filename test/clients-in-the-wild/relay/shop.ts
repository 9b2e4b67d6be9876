// Operations of a Relay app: its compiler replaces each by the artifact in `generated/`.
import { graphql } from 'relay-runtime';

export const productName = graphql`
  fragment shopProductName on Product {
    name
  }
`;

export const productsPage = graphql`
  query shopProductsQuery($first: Int!, $after: String) {
    profile {
      id
      name
    }
    products(first: $first, after: $after) {
      edges {
        node {
          id
          ...shopProductName
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`;

export const rename = graphql`
  mutation shopRenameMutation($input: UpdateProfileInput!) {
    updateProfile(input: $input) {
      id
      name
    }
  }
`;

export const stock = graphql`
  subscription shopStockSubscription($productId: ID!) {
    stockChanged(productId: $productId) {
      id
      name
    }
  }
`;
