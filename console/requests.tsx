// List of requests, each with its waterfall when it is opened. Arrow keys move between requests, Enter opens one, Escape
// closes it.
import type { ShownRequest } from '../gateway/server/console/messages.ts';
import { bytes, duration, time } from './format.ts';
import { Waterfall } from './waterfall.tsx';

export interface RequestsProps {
  requests: readonly ShownRequest[];
  /** Its request id; null for none. */
  opened: string | null;
  onOpen(requestId: string | null): void;
}

export function hasFailed({ status, codes }: ShownRequest): boolean {
  return codes.length > 0 || (status ?? 0) >= 400;
}

export function nameOf({ operation, type, method, path }: ShownRequest): string {
  if (operation !== null) return operation;
  return type === null ? `${method} ${path}`.trim() || 'not known yet' : `unnamed ${type}`;
}

export function Requests({ requests, opened, onOpen }: RequestsProps) {
  if (requests.length === 0) return <p class="quiet">No request fits yet.</p>;
  return (
    <ul class="requests" onKeyDown={moveFocus}>
      <li class="head" aria-hidden="true">
        <span>Operation</span>
        <span>Client</span>
        <span>Cache</span>
        <span>Time</span>
        <span class="number">Status</span>
        <span class="number">Duration</span>
      </li>
      {requests.map((request) => (
        <Row
          key={request.requestId}
          request={request}
          isOpen={request.requestId === opened}
          toggle={() => onOpen(request.requestId === opened ? null : request.requestId)}
        />
      ))}
    </ul>
  );
}

function Row({ request, isOpen, toggle }: { request: ShownRequest; isOpen: boolean; toggle(): void }) {
  const { requestId, status, client, cache, codes } = request;
  const state = status === null ? 'running' : hasFailed(request) ? 'bad' : '';
  return (
    <li class={`${state} ${isOpen ? 'open' : ''}`}>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={toggle}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && isOpen) toggle();
        }}
      >
        <span class="operation">
          {nameOf(request)}
          {codes.length > 0 && <small>{codes.join(', ')}</small>}
        </span>
        <span class="client">{client ?? ''}</span>
        <span class="cache">{cache ?? ''}</span>
        <span class="time">{time(request.time)}</span>
        <span class="status number">{status ?? 'running'}</span>
        <span class="duration number">{duration(request.duration)}</span>
      </button>
      {isOpen && (
        <section aria-label={`Request ${requestId}`}>
          <Waterfall request={request} />
          <Facts request={request} />
        </section>
      )}
    </li>
  );
}

function Facts({ request }: { request: ShownRequest }) {
  const { requestId, traceId, document, operation, method, path, cost, actualCost } = request;
  const facts: [string, string | null][] = [
    ['Request id', requestId],
    ['Trace id', traceId],
    ['Sent as', `${method} ${path}`.trim() || null],
    ['Response', request.bytes > 0 ? bytes(request.bytes) : null],
    ['Estimated cost', cost === null ? null : String(cost)],
    ['Cost of the response', actualCost === null ? null : String(actualCost)],
    ['Document', document],
  ];
  return (
    <dl class="facts">
      {facts.map(
        ([name, value]) =>
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
      {document !== null && (
        <div>
          <dt>Operation</dt>
          <dd>
            <a href={`#/operations/${document}`}>{operation ?? 'its operation'}: figures and plan</a>
          </dd>
        </div>
      )}
    </dl>
  );
}

/** Moves between the buttons of the list. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const list = event.currentTarget as HTMLElement;
  const buttons = [...list.querySelectorAll<HTMLElement>('button[aria-expanded]')];
  const index = buttons.indexOf(document.activeElement as HTMLElement);
  if (step === undefined || index === -1) return;
  event.preventDefault();
  buttons[index + step]?.focus();
}
