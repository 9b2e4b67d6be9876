// Errors of the gateway's own resolvers: a GraphQLError that a resolver throws is meant for clients and gets a code.
// All other errors below a field of the gateway, including graphql-js' errors about its values, carry no mark and are
// masked.
import {
  defaultFieldResolver,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { ErrorCode } from '../errors.ts';

/** Key in an error's extensions: all libraries pass extensions on, and JSON leaves symbols out. */
const deliberate = Symbol('meant for clients');

type Resolver = GraphQLFieldResolver<unknown, unknown>;

/** Extensions of an error that is passed to clients unchanged. */
export function markDeliberate(extensions: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...extensions, [deliberate]: true };
}

export function isMarkedDeliberate({ extensions }: GraphQLError): boolean {
  return (extensions as { [deliberate]?: true })[deliberate] === true;
}

/** Whether an error is a GraphQLError that was caused by GraphQLErrors only. */
export function isPureGraphQLError(error: unknown): error is GraphQLError {
  if (!(error instanceof GraphQLError)) return false;
  return error.originalError == null || isPureGraphQLError(error.originalError);
}

/** Marks the errors that resolvers of an executable schema throw deliberately. Changes the schema. */
export function markResolverErrors(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      field.resolve = marking(field.resolve ?? defaultFieldResolver);
      if (field.subscribe) field.subscribe = markingEvents(field.subscribe);
    }
  }
  return schema;
}

function marking(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    try {
      return checked(resolve(source, args, context, info));
    } catch (error) {
      throw marked(error);
    }
  };
}

function markingEvents(subscribe: Resolver): Resolver {
  const marked = marking(subscribe);
  return async (source, args, context, info) => {
    const events = await marked(source, args, context, info);
    return isAsyncIterable(events) ? markedEvents(events[Symbol.asyncIterator]()) : events;
  };
}

/** The same events; errors of their source are marked. */
function markedEvents(events: AsyncIterator<unknown>): AsyncIterableIterator<unknown> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => events.next().catch(rethrowMarked),
    return: (value) => events.return?.(value) ?? Promise.resolve({ done: true, value }),
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** A resolver's value; errors of its promises, in a list too, are marked. */
function checked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isPromise(value)) return value.then(checked, rethrowMarked);
  if (Array.isArray(value)) return value.some(isFailing) ? value.map(checkedItem) : value;
  return value instanceof Error ? marked(value) : value;
}

function checkedItem(item: unknown): unknown {
  return isFailing(item) ? checked(item) : item;
}

function isFailing(item: unknown): boolean {
  return item instanceof Error || isPromise(item);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function rethrowMarked(error: unknown): never {
  throw marked(error);
}

function marked(error: unknown): unknown {
  if (!isPureGraphQLError(error)) return error;
  const { message, extensions } = error;
  const code = extensions.code ?? ErrorCode.RESOLVER_ERROR;
  return new GraphQLError(message, { extensions: markDeliberate({ ...extensions, code }) });
}
