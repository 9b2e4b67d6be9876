// Developer notes of the page: its one request, the errors in its response, its subscription, and a service made slow.
/// <reference lib="dom" />
/// <reference types="vite/client" />
import type { OrderStatus } from '../generated/operations.ts';
import { type GraphQLFailure, OrderStatusDocument, ProfileDocument } from '../generated/sdk.ts';
import { element } from './element.ts';
import { writeValue } from './written.ts';

type Path = readonly (string | number)[];

export interface StoryOptions {
  errors: readonly GraphQLFailure[];
  /** Paths of fields that have fallbacks. */
  degraded: readonly Path[];
  /** From sending the request to the end of the response. */
  milliseconds: number;
  /** Whether the service of the recommendations was made slow. */
  isSlow: boolean;
  onSlow(isSlow: boolean): void;
}

export class Story {
  readonly element: HTMLElement;
  readonly #live: HTMLElement = element('p', {});
  #events = 0;

  constructor({ errors, degraded, milliseconds, isSlow, onSlow }: StoryOptions) {
    const slow = element('input', { type: 'checkbox', checked: isSlow, onchange: () => onSlow(slow.checked) });
    this.#showLive('nothing has changed yet. Order something above, and watch its status');
    this.element = element(
      'details',
      // Open in development: the built page has it closed.
      { open: import.meta.env.DEV },
      element('summary', {}, ['What happened', lost(errors, degraded)].filter((text) => text !== '').join(': ')),
      element(
        'p',
        {},
        `One request for the whole page, answered in ${Math.round(milliseconds)} ms: the trusted document `,
        element('code', {}, `${ProfileDocument.name} ${ProfileDocument.id.slice(0, 12)}…`),
      ),
      element('ul', {}, ...errors.map(failureView), ...degraded.map(fallbackView)),
      this.#live,
      element(
        'p',
        {},
        element(
          'label',
          {},
          slow,
          ' Make the products service slow: its recommendations take 3 s, and its time-out is 2 s',
        ),
      ),
    );
  }

  /** A status that the subscription has brought. */
  addEvent(order: string, status: OrderStatus): void {
    this.#events += 1;
    const count = this.#events === 1 ? 'one event' : `${this.#events} events`;
    this.#showLive(`${count}, the last one: order ${order} is ${writeValue(status).toLowerCase()}`);
  }

  #showLive(text: string): void {
    const name = element('code', {}, `${OrderStatusDocument.name} ${OrderStatusDocument.id.slice(0, 12)}…`);
    this.#live.replaceChildren('One subscription, over server-sent events, ', name, `: ${text}.`);
  }
}

function lost({ length: errors }: readonly GraphQLFailure[], { length: degraded }: readonly Path[]): string {
  const missing = errors === 0 ? [] : [errors === 1 ? 'one field is missing' : `${errors} fields are missing`];
  const fallbacks =
    degraded === 0 ? [] : [degraded === 1 ? 'one has its fallback' : `${degraded} have their fallbacks`];
  return [...missing, ...fallbacks].join(', ');
}

function fallbackView(path: Path): HTMLElement {
  return element('li', {}, element('code', {}, path.join('.')), ' has its fallback, since its service is down');
}

function failureView({ path, code, message }: GraphQLFailure): HTMLElement {
  return element('li', {}, element('code', {}, `${path.join('.')} ${code ?? ''}`), ` ${message}`);
}
