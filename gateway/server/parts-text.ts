// Text of a response in parts (`@defer`), in the two formats that clients read: that of the draft of incremental delivery
// (`incrementalSpec=v0.2`), whose parts name fragments by ids, and the one before it (`deferSpec=20220824`), whose parts
// name them by paths and labels.
import type { GraphQLError } from 'graphql';
import type { DeliveredFragment, DeliveredGroup, Delivery, LaterPart } from '../execute/deferred/delivery.ts';
import type { PendingFragment } from '../execute/deferred/pending-fragments.ts';
import type { PartsSpec } from '../pipeline/accept.ts';
import type { Result } from '../pipeline/stages.ts';
import { textOf, visibleError } from './websocket-operation.ts';

/** JSON text of the first part. */
export function firstPartText(result: Result, { pending }: Delivery, spec: PartsSpec): string {
  const more = spec === 'v0.2' ? { pending: pending.map(announcement), hasNext: true } : { hasNext: true };
  return `${textOf(result).slice(0, -1)},${JSON.stringify(more).slice(1)}`;
}

/** JSON text of one of the parts after it. */
export function laterPartText(part: LaterPart, delivery: Delivery, spec: PartsSpec): string {
  return JSON.stringify(spec === 'v0.2' ? byIds(part) : byPaths(part, delivery));
}

/** Errors of a part. */
export function errorsIn({ delivered, errors }: LaterPart): GraphQLError[] {
  const own = delivered.flatMap(({ groups, failure }) => [
    ...(failure ?? []),
    ...groups.flatMap((group) => group.errors),
  ]);
  return [...own, ...errors];
}

function announcement({ number, path, label }: PendingFragment) {
  return { id: String(number), path, ...(label !== null && { label }) };
}

function byIds({ pending, delivered, errors, hasNext }: LaterPart) {
  const incremental: object[] = delivered.flatMap(({ groups }) =>
    groups.map(({ fragment, subPath, object: _, data, ...group }) => ({
      id: String(fragment.number),
      ...(subPath.length > 0 && { subPath }),
      data,
      ...more([group], group.errors),
    })),
  );
  const completed = delivered.map(({ fragment, failure }) => ({
    id: String(fragment.number),
    // Their presence is what says that it has failed.
    ...(failure && { errors: failure.map(visibleError) }),
  }));
  const [last] = delivered.slice(-1);
  if (errors.length > 0 && last) incremental.push({ id: String(last.fragment.number), data: {}, ...shown(errors) });
  return {
    ...(pending.length > 0 && { pending: pending.map(announcement) }),
    ...(incremental.length > 0 && { incremental }),
    completed,
    hasNext,
  };
}

function byPaths(part: LaterPart, delivery: Delivery) {
  const { delivered, errors, hasNext } = part;
  delivery.merge(part);
  const incremental = delivered.map(({ fragment, groups, failure }: DeliveredFragment, index) => {
    const own = failure ?? groups.flatMap((group) => group.errors);
    const { label, path } = fragment;
    return {
      data: failure ? null : delivery.dataOf(fragment),
      path,
      ...(label !== null && { label }),
      ...more(groups, index === delivered.length - 1 ? [...own, ...errors] : own),
    };
  });
  return { incremental, hasNext };
}

function more(groups: readonly Pick<DeliveredGroup, 'degraded'>[], errors: readonly GraphQLError[]) {
  const fallbacks = groups.flatMap(({ degraded }) => (degraded ? [degraded.extensions] : []));
  const degraded = fallbacks.flatMap((extensions) => extensions.degraded);
  return { ...shown(errors), ...(degraded.length > 0 && { extensions: { degraded } }) };
}

function shown(errors: readonly GraphQLError[]) {
  return errors.length > 0 ? { errors: errors.map(visibleError) } : {};
}
