// Context of the gateway's own resolvers: an object made by the request, which records what resolvers read of the
// caller, in place of the request itself.
import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
} from 'graphql';

/** A request with a context of its own for resolvers. */
interface ShowsItself {
  readonly resolverContext?: unknown;
}

type Resolver = GraphQLFieldResolver<unknown, unknown>;

/** Passes the resolver context to all functions of an executable schema. Changes the schema. */
export function withResolverContext(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isAbstractType(type)) {
      const { resolveType } = type;
      if (resolveType) {
        type.resolveType = (value, context, info, abstract) => resolveType(value, shown(context), info, abstract);
      }
    } else if (isObjectType(type)) {
      const { isTypeOf } = type;
      if (isTypeOf) type.isTypeOf = (value, context, info) => isTypeOf(value, shown(context), info);
      for (const field of Object.values(type.getFields())) {
        field.resolve = showing(field.resolve ?? defaultFieldResolver);
        if (field.subscribe) field.subscribe = showing(field.subscribe);
      }
    }
  }
  return schema;
}

function showing(resolve: Resolver): Resolver {
  return (source, args, context, info) => resolve(source, args, shown(context), info);
}

function shown(context: unknown): unknown {
  return (context as ShowsItself | null | undefined)?.resolverContext ?? context;
}
