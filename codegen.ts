// Types for the resolvers of each subgraph, made from its SDL: `npm run codegen`. They are checked in, and a test fails when they are
// out of date. `concierge codegen` makes those of the clients.
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

const config: CodegenConfig = {
  generates: {
    ...resolversOf('users', { User: '../database.ts#UserRow', PublicProfile: '../database.ts#UserRow' }),
    ...resolversOf('orders', { Order: '../database.ts#OrderRow', OrderLine: '../database.ts#LineRow' }),
    ...resolversOf('products', { Product: '../database.ts#ProductRow' }),
  },
};

export default config;
