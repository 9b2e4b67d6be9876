// Guard of the listener for operators against web pages: those of other sites, and those whose host name was bound to an
// address of this machine (DNS rebinding). Neither has to know the token to do harm where there is none.
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { type RejectedResponse, rejectedResponse } from '../../errors.ts';

export interface GuardOptions {
  /** What it listens on. */
  host: string;
  /** Further names by which it is reached. */
  hosts: readonly string[];
}

export function createGuard({ host, hosts }: GuardOptions): (request: IncomingMessage) => RejectedResponse | null {
  const names = new Set(['localhost', host, ...hosts].map((name) => name.toLowerCase()));
  return ({ headers, socket }) => {
    const given = headers.host ?? '';
    const name = hostName(given);
    if (name === null || (isIP(name) === 0 && !names.has(name))) {
      const message =
        'Requests to this host name are not allowed: use an address, localhost, or a name in `admin.hosts`.';
      return rejectedResponse('FORBIDDEN', { message });
    }
    const { origin } = headers;
    const site = headers['sec-fetch-site'];
    const scheme = 'encrypted' in socket ? 'https' : 'http';
    const isOwn = origin === undefined || origin === `${scheme}://${given}`;
    // `none`: opened by its user, and not by a page.
    if (isOwn && (site === undefined || site === 'same-origin' || site === 'none')) return null;
    return rejectedResponse('FORBIDDEN', { message: 'Requests of pages of other origins are not allowed.' });
  };
}

/** The host of `Host`, in lower case and without brackets and port; null for what is none. */
function hostName(given: string): string | null {
  const [, name] = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d+)?$/i.exec(given) ?? [];
  return name === undefined ? null : name.replace(/^\[|\]$/g, '').toLowerCase();
}
