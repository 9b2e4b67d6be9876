// Arguments of root fields in fallback execution: `@graphql-tools/delegate` sends every argument that GraphQL.js
// coerced, defaults included. Arguments that the operation leaves out are removed again, so that the service applies
// its own defaults.
import { delegateToSchema, type ICreateProxyingResolverOptions } from '@graphql-tools/delegate';
import type { GraphQLFieldResolver } from 'graphql';

export function sendGivenArguments({
  subschemaConfig,
  operation,
}: ICreateProxyingResolverOptions): GraphQLFieldResolver<unknown, Record<string, unknown>> {
  return (rootValue, args: Record<string, unknown>, context, info) => {
    const given = new Set(info.fieldNodes[0]?.arguments?.map(({ name }) => name.value));
    return delegateToSchema({
      schema: subschemaConfig,
      ...(operation && { operation }),
      rootValue,
      args: Object.fromEntries(Object.entries(args).filter(([name]) => given.has(name))),
      context,
      info,
    });
  };
}
