// Developer notes of the page: its one request, the errors in its response, its subscription, and faults on demand.
/// <reference lib="dom" />
/// <reference types="vite/client" />
import type { OrderStatus } from '../generated/operations.ts';
import { type GraphQLFailure, OrderStatusDocument, ProfileDocument } from '../generated/sdk.ts';
import { element } from './element.ts';
import { type Fault, faults } from './faults.ts';
import { writeValue } from './written.ts';

type Path = readonly (string | number)[];

export interface StoryOptions {
  errors: readonly GraphQLFailure[];
  /** Paths of fields that have fallbacks. */
  degraded: readonly Path[];
  /** From sending the request to the end of the response. */
  milliseconds: number;
  /** The fault of the request. */
  fault: Fault;
  /** Called with the fault that the next requests are to have. */
  onFault(fault: Fault): void;
}

export class Story {
  readonly element: HTMLElement;
  readonly #live: HTMLElement = element('p', {});
  #events = 0;

  constructor({ errors, degraded, milliseconds, fault, onFault }: StoryOptions) {
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
      // Gateways in production take no faults from pages.
      import.meta.env.DEV ? faultsView(fault, onFault) : null,
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

/** Buttons for the faults of the next request; the one in force is pressed. */
function faultsView(fault: Fault, onFault: StoryOptions['onFault']): HTMLElement {
  const buttons = faults.map((each) => {
    const button = element('button', { type: 'button', onclick: () => onFault(each) }, each.label);
    button.ariaPressed = String(each === fault);
    return button;
  });
  const sent = fault.header === null ? null : element('code', {}, `x-concierge-fault: ${fault.header}`);
  const group = element(
    'div',
    { className: 'faults' },
    element(
      'p',
      {},
      'What if a service fails? The page is loaded again with a fault, for this request alone. ',
      sent ?? '',
    ),
    element('div', { className: 'choices' }, ...buttons),
  );
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', 'Faults');
  return group;
}

function failureView({ path, code, message }: GraphQLFailure): HTMLElement {
  return element('li', {}, element('code', {}, `${path.join('.')} ${code ?? ''}`), ` ${message}`);
}
