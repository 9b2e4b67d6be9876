import { defineConfig } from 'concierge-gateway';
import { issuer, secret } from './issuer.ts';

export default defineConfig({
  subgraphs: {
    accounts: {
      url: 'http://127.0.0.1:4111/graphql',
      schema: 'schema/accounts.graphql',
      forward: { claims: { 'x-user-id': 'sub' } },
    },
    articles: { url: 'http://127.0.0.1:4112/graphql', schema: 'schema/articles.graphql' },
  },
  authentication: { jwt: [{ issuer, secret }] },
});
