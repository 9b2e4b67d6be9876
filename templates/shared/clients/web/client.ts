// The client "web", served at /graphql/web. `exclude` and `rename` give it a schema of its own; its documents are in
// `operations/`. Other frontends get folders beside this one.
// For production: `trustedDocuments: 'only'` here, and `clients: { only: true }` in gateway.config.ts, reject all documents
// that no frontend has.
import { defineClient } from 'concierge-gateway';

export default defineClient({});
