// Waterfall of one request: its fetches over time, each with its wait for the head of the response and its transfer.
import type { ShownFetch, ShownRequest } from '../gateway/server/console/messages.ts';
import { bytes, duration, plural } from './format.ts';

export function isFailed({ outcome }: ShownFetch): boolean {
  return !['ok', 'CACHED', 'PENDING'].includes(outcome);
}

export function Waterfall({ request }: { request: ShownRequest }) {
  const { fetches, fetchCount } = request;
  if (fetches.length === 0) return <p class="quiet">No subgraph was requested.</p>;
  // A fetch may go on after the end of the request that it was sent for.
  const total = Math.max(request.duration, ...fetches.map(({ start, duration }) => (start ?? 0) + duration));
  return (
    <div class="waterfall">
      <div class="scale" aria-hidden="true">
        <span>Fetch</span>
        <span class="marks">
          {[0, 0.25, 0.5, 0.75, 1].map((share) => (
            <span key={share}>{duration(total * share)}</span>
          ))}
        </span>
      </div>
      <ol>
        {fetches.map((fetch, index) => (
          <Row key={index} fetch={fetch} total={total} />
        ))}
      </ol>
      <p class="key-line quiet">
        <span class="key">
          <i class="wait" /> wait for the response's head
        </span>
        <span class="key">
          <i class="transfer" /> transfer
        </span>
        {fetchCount > fetches.length && <span>and {plural(fetchCount - fetches.length, 'further fetch')}</span>}
      </p>
    </div>
  );
}

function Row({ fetch, total }: { fetch: ShownFetch; total: number }) {
  const { start, subgraph, address, attempt } = fetch;
  const wait = fetch.wait ?? fetch.duration;
  const at = (milliseconds: number) => `${(milliseconds / total) * 100}%`;
  return (
    <li class={isFailed(fetch) ? 'fetch bad' : 'fetch'}>
      <div class="name">
        <b>
          {fetch.fetch === null ? '' : `#${fetch.fetch} `}
          {subgraph}
        </b>
        {attempt > 1 && ` attempt ${attempt}`}
        <small>{address ?? place(fetch)}</small>
      </div>
      <div class="track">
        {start !== null && (
          <>
            <i class="wait" style={{ left: at(start), width: at(wait) }} />
            <i class="transfer" style={{ left: at(start + wait), width: at(fetch.duration - wait) }} />
          </>
        )}
      </div>
      <div class="times">
        <b>{attempt === 0 ? '' : duration(fetch.duration)}</b> <Outcome fetch={fetch} />
        <small>{details(fetch)}</small>
      </div>
    </li>
  );
}

function place({ isJoined, attempt }: ShownFetch): string {
  if (isJoined) return 'in flight for another client';
  return attempt === 0 ? 'not sent' : 'inside the gateway';
}

function Outcome({ fetch: { outcome } }: { fetch: ShownFetch }) {
  if (outcome === 'ok') return null;
  const words: Readonly<Record<string, string>> = { CACHED: 'cached', PENDING: 'running' };
  return <span class="outcome">{words[outcome] ?? outcome}</span>;
}

function details({ start, wait, duration: took, bytes: size, keys, cached }: ShownFetch): string {
  const split = start !== null && wait !== null ? [`wait ${duration(wait)}`, `transfer ${duration(took - wait)}`] : [];
  const entities = cached === 0 ? [] : [`${cached} of ${keys} entities cached`];
  return [...split, ...(size === 0 ? [] : [bytes(size)]), ...entities].join(' · ');
}
