// Caller of a request: the user that the gateway has authenticated, in headers that clients of the gateway cannot send. Services
// that other callers can reach verify a signed statement instead (docs/authentication.md, `forward.signed`).
import type { OutgoingHttpHeaders } from 'node:http';
import { rejection } from './rejection.ts';

export interface Caller {
  /** Null for anonymous callers. */
  userId: string | null;
  roles: readonly string[];
}

/** The role that may change the data of every user. */
const orderDesk = 'order-desk';

/** Header fields, or the metadata of a gRPC call. Values are percent-encoded; members of a list are separated by commas. */
export function callerOf(headers: Readonly<OutgoingHttpHeaders>): Caller {
  const roles = headers['x-shop-roles']?.toString().split(',') ?? [];
  const userId = headers['x-shop-user']?.toString() ?? '';
  return {
    userId: userId === '' ? null : decodeURIComponent(userId),
    roles: roles.map((role) => decodeURIComponent(role.trim())),
  };
}

/**
 * Requires that the caller may change the data of a user.
 * @throws UNAUTHENTICATED, FORBIDDEN
 */
export function requireOwner({ userId, roles }: Caller, owner: string): void {
  if (userId === null) throw rejection('UNAUTHENTICATED', 'Sign in to change something.');
  if (userId === owner || roles.includes(orderDesk)) return;
  throw rejection('FORBIDDEN', 'This belongs to another user.');
}
