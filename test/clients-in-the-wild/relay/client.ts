// The view of a Relay app: `schema.graphql` is what its compiler reads, and its documents are the only ones it may send.
import { defineClient } from 'concierge-gateway';

export default defineClient({
  include: [
    'Query.profile',
    'Query.products(first:)',
    'Query.products(after:)',
    'Mutation.updateProfile',
    'UpdateProfileInput.name',
    'Subscription.stockChanged',
    'Node',
    'User.id',
    'User.name',
    'Product.id',
    'Product.name',
    'ProductConnection.edges',
    'ProductConnection.pageInfo',
    'ProductEdge',
    'PageInfo',
  ],
  trustedDocuments: 'only',
});
