// Types for the resolvers of each subgraph, made from its SDL, and a typed SDK for each client, made from its view's SDL and its
// operations: `npm run codegen`. They are checked in, and a test fails when they are out of date.
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CodegenConfig } from '@graphql-codegen/cli';

function resolversOf(subgraph: string, mappers: Record<string, string>): CodegenConfig['generates'] {
  return {
    [`subgraphs/${subgraph}/generated/resolvers.ts`]: {
      schema: [`schema/subgraphs/${subgraph}.graphql`, 'schema/directives.graphql'],
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        contextType: `../loaders.ts#Context`,
        mappers,
        enumsAsTypes: true,
        useTypeImports: true,
        importExtension: '.ts',
        scalars: { ID: 'string', DateTime: 'string' },
      },
    },
  };
}

/** @param client the folder's name. `concierge compose` has written its schema. */
function sdkOf(client: string): CodegenConfig['generates'] {
  const schema = `schema/clients/${client}.graphql`;
  return {
    [`clients/${client}/generated/operations.ts`]: {
      schema,
      documents: `clients/${client}/operations/**/*.{graphql,gql}`,
      plugins: ['typescript-operations'],
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        inlineFragmentTypes: 'combine',
        scalars: { ID: 'string', DateTime: 'string' },
      },
    },
    [`clients/${client}/generated/sdk.ts`]: {
      schema,
      plugins: [{ './codegen/sdk-plugin.ts': { client: resolve('clients', client) } }],
    },
  };
}

const clients = readdirSync('clients').filter((name) => existsSync(`clients/${name}/operations`));

const config: CodegenConfig = {
  generates: {
    ...resolversOf('users', { User: '../database.ts#UserRow', PublicProfile: '../database.ts#UserRow' }),
    ...resolversOf('orders', { Order: '../database.ts#OrderRow', OrderLine: '../database.ts#LineRow' }),
    ...resolversOf('products', { Product: '../database.ts#ProductRow' }),
    ...Object.assign({}, ...clients.map(sdkOf)),
  },
};

export default config;
