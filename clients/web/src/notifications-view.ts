// Unread notifications on the page: the newest, how many there are, and a button that marks all of them as read.
/// <reference lib="dom" />
import type { ProfileQuery } from '../generated/operations.ts';
import { element } from './element.ts';

type Profile = NonNullable<ProfileQuery['profile']>;

/** Null where there is nothing to read. */
export function notificationsView(
  { notifications, unreadNotifications }: Pick<Profile, 'notifications' | 'unreadNotifications'>,
  read: () => void,
): HTMLElement | null {
  if (!notifications || !unreadNotifications) return null;
  const shown = element(
    'section',
    { className: 'card notifications' },
    element('h2', {}, `${unreadNotifications} unread ${unreadNotifications === 1 ? 'notification' : 'notifications'}`),
    element('ul', {}, ...notifications.map(({ title }) => element('li', {}, title))),
    element('button', { onclick: read }, 'Mark all as read'),
  );
  shown.setAttribute('aria-label', 'Notifications');
  return shown;
}
