// Root fields in fallback execution: `@graphql-tools/delegate` sends every argument that GraphQL.js coerced, defaults among
// them. An argument that the operation leaves out is left out of the request, and the service applies its own default.
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
