// Overrides of a mocked service: resolvers in place of generated values.
import type { GraphQLFieldResolver } from 'graphql';

type Resolver = GraphQLFieldResolver<unknown, unknown>;

/**
 * By type: its fields' resolvers or values; for a field of `Subscription`, `{ subscribe, resolve }`. For a custom scalar
 * or an enum: a function that returns its value.
 */
export type MockOverrides = Readonly<Record<string, unknown>>;

export function overrideOf(overrides: MockOverrides, type: string, field: string): Resolver | undefined {
  const override = ownProperty(ownProperty(overrides, type), field);
  if (typeof override === 'function') return override as Resolver;
  if (!isSubscriber(override)) return override === undefined ? undefined : () => override;
  return override.resolve as Resolver | undefined;
}

/** The function of a subscription's field that returns its events. */
export function subscriberOf(overrides: MockOverrides, type: string, field: string): Resolver | undefined {
  const override = ownProperty(ownProperty(overrides, type), field);
  return isSubscriber(override) ? override.subscribe : undefined;
}

function ownProperty(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return undefined;
  return (object as Record<string, unknown>)[name];
}

function isSubscriber(override: unknown): override is { subscribe: Resolver; resolve?: unknown } {
  return typeof ownProperty(override, 'subscribe') === 'function';
}
