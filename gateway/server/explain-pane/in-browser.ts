// Browser script of the explain pane, for GraphiQL's page. The function is sent as text: it cannot use anything outside
// of it.
/// <reference lib="dom" />
import type { Explanation } from '../../pipeline/explanation.ts';
import type { layoutPlan as LayoutFunction } from './plan-layout.ts';

type LayoutPlan = typeof LayoutFunction;

export interface ExplainPaneSettings {
  /** Request header that requests an explanation. */
  header: string;
}

/** Renders the pane into the section `explain`. @param layoutPlan as text as well. */
export function runExplainPane({ header }: ExplainPaneSettings, layoutPlan: LayoutPlan): void {
  const remembered = 'concierge:explain';
  const pane = document.querySelector('#explain') as HTMLElement;
  const bar = document.createElement('header');
  const toggle = document.createElement('button');
  const status = document.createElement('output');
  const label = document.createElement('label');
  const bypass = document.createElement('input');
  const result = document.createElement('div');
  const send = window.fetch.bind(window);
  let isOpen = localStorage.getItem(remembered) === 'open';

  toggle.type = 'button';
  toggle.textContent = 'Explain';
  toggle.setAttribute('aria-controls', 'explain-result');
  toggle.addEventListener('click', () => {
    isOpen = !isOpen;
    localStorage.setItem(remembered, isOpen ? 'open' : 'closed');
    show();
  });
  bypass.type = 'checkbox';
  label.append(bypass, ' bypass caches');
  result.id = 'explain-result';
  result.tabIndex = 0;
  result.setAttribute('role', 'region');
  result.setAttribute('aria-label', 'Explanation of the response');
  bar.append(toggle, status, label);
  pane.append(bar, result);
  show();

  function show(): void {
    toggle.setAttribute('aria-expanded', String(isOpen));
    result.hidden = !isOpen || result.childElementCount === 0;
    label.hidden = !isOpen;
    if (!isOpen) status.textContent = 'requests, plan, caching and nulls of a response';
    else if (result.childElementCount === 0)
      status.textContent = 'Run an operation to see how its response came about.';
  }

  /** An element with a text, or with elements. */
  function element(name: string, content: string | (Node | string)[] = [], className = ''): HTMLElement {
    const made = document.createElement(name);
    if (className !== '') made.className = className;
    made.append(...(typeof content === 'string' ? [content] : content));
    return made;
  }

  function drawing(name: string, attributes: Record<string, string | number>, content: string | Node[] = []): Element {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    made.append(...(typeof content === 'string' ? [content] : content));
    return made;
  }

  function isBad(outcome: string): boolean {
    return !['ok', 'EVENT', 'NOT_NEEDED'].includes(outcome);
  }

  function requests({ fetches, duration }: Explanation): HTMLElement {
    const rows = fetches.map(
      ({ fetch, subgraph, address, attempt, start, duration: took, bytes, outcome, isJoined, cache }) => {
        const track = element('div', [], 'track');
        if (start === null) track.append(element('span', 'not sent'));
        else {
          const mark = element('i', [], isBad(outcome) ? 'bad' : '');
          const left = (start / duration) * 100;
          mark.style.left = `${left}%`;
          mark.style.width = `${Math.min(100 - left, (took / duration) * 100)}%`;
          track.append(mark);
        }
        const place = address ?? (isJoined ? 'in flight for another client' : '');
        const name = element('td', [
          `${fetch === null ? '' : `#${fetch} `}${subgraph}${attempt > 1 ? `, attempt ${attempt}` : ''}`,
          element('small', place),
        ]);
        const keys = cache.keys === 0 ? '' : ` (${cache.cached} of ${cache.keys} entities)`;
        const cached = element('td', [`${cache.outcome}${keys}`, element('small', cache.reason ?? '')]);
        const shown = { NOT_NEEDED: 'not needed', EVENT: 'the event' }[outcome] ?? outcome;
        const end = element('td', shown, isBad(outcome) ? 'bad' : '');
        const size = element('small', bytes === 0 ? '' : `${bytes} bytes`);
        const length = element('td', [start === null ? '' : `${took.toFixed(1)} ms`, size], 'number');
        return element('tr', [name, element('td', [track], 'time'), length, end, cached]);
      },
    );
    const heads = ['Service', 'Time', 'Duration', 'Outcome', 'Entity cache'].map((text) => element('th', text));
    return element('div', [element('h2', 'Requests'), element('table', [element('tr', heads), ...rows])]);
  }

  /** The fetches in columns by their rounds, with a line for each dependency. */
  function plan({ plan: planned, fetches }: Explanation): HTMLElement {
    if (!planned) return element('div', [element('h2', 'Plan'), element('p', 'The operation cannot be planned.')]);
    const sizes = { width: 116, height: 40, column: 150, row: 56, source: 0 };
    const layout = layoutPlan(planned.fetches, sizes);
    const lines = layout.lines.map(({ path }) => drawing('path', { d: path }));
    const boxes = layout.boxes.map(({ id, x, y }) => {
      const own = fetches.filter(({ fetch }) => fetch === id);
      const types = planned.entityFetches.filter(({ fetch }) => fetch === id).map(({ type }) => type);
      const isSent = own.some(({ start }) => start !== null);
      const kind = own.some(({ outcome }) => isBad(outcome)) ? 'failed' : isSent ? 'sent' : 'unsent';
      return drawing('g', { class: kind }, [
        drawing('rect', { x, y, width: 116, height: 40, rx: 6 }),
        drawing('text', { x: x + 8, y: y + 17 }, `#${id} ${own[0]?.subgraph ?? ''}`.slice(0, 18)),
        drawing('text', { x: x + 8, y: y + 32 }, (types.join(', ') || 'root fields').slice(0, 20)),
      ]);
    });
    const size = { width: layout.width, height: layout.height };
    const name = `Plan: ${planned.fetches.length} fetches`;
    const box = `0 0 ${size.width} ${size.height}`;
    return element('div', [
      element('h2', 'Plan'),
      drawing('svg', { ...size, viewBox: box, role: 'img', 'aria-label': name }, [...lines, ...boxes]),
    ]);
  }

  function caching({ cache, cost, actualCost }: Explanation): HTMLElement {
    const stored = cache.isStored ? ', now stored' : '';
    const reasons = [`response cache: ${cache.outcome}${stored}`, cache.policy, ...cache.reasons];
    const list = element(
      'ul',
      reasons.map((reason) => element('li', reason)),
    );
    return element('div', [
      element('h2', 'Cache and cost'),
      list,
      element('p', `estimated cost: ${cost ?? 'unknown'}, actual cost: ${actualCost ?? 'unknown'}`),
    ]);
  }

  function fallbacks({ degraded = [] }: Explanation): HTMLElement {
    const items = degraded.map(({ path, field, subgraph, code }) => {
      const why = element('span', `: ${subgraph} is down (${code})`, 'bad');
      return element('li', [element('code', path.join('.')), ` has the fallback of ${field}`, why]);
    });
    return element('div', items.length === 0 ? [] : [element('h2', 'Fallbacks'), element('ul', items)]);
  }

  function nulls({ nulls: found }: Explanation): HTMLElement {
    const heading = element('h2', 'Nulls');
    if (found.length === 0) return element('div', [heading, element('p', 'No field is null.')]);
    const meanings = {
      error: 'error at its path',
      propagated: 'propagated from an error below',
      absent: 'the service has not returned the object',
      returned: 'the service has returned null',
      fallback: 'the fallback of the field, since a service is down',
    };
    const items = found.map(({ path, count, field, subgraph, reason, code, from }) => {
      const where = `${field ?? 'data'} from ${subgraph ?? 'no service'}${count > 1 ? `, ${count} times` : ''}`;
      const below = from ? ` at ${from.join('.')}` : '';
      const why = element('span', `: ${meanings[reason]}${below}${code ? ` (${code})` : ''}`, code ? 'bad' : '');
      return element('li', [element('code', path.join('.') || '(whole)'), ` ${where}`, why]);
    });
    return element('div', [heading, element('ul', items)]);
  }

  function draw(explanation: Explanation): void {
    const { duration, cost, cache, fetches, faults = [] } = explanation;
    const injected = faults.length === 0 ? '' : ` · with faults: ${faults.join(', ')}`;
    const sent = fetches.filter(({ start }) => start !== null).length;
    status.textContent = `${duration.toFixed(1)} ms · ${sent} requests · cost ${cost ?? 'unknown'} · cache ${cache.outcome}${injected}`;
    const [left, right] = [element('div'), element('div')];
    left.append(requests(explanation), fallbacks(explanation), nulls(explanation));
    right.append(plan(explanation), caching(explanation));
    result.replaceChildren(left, right);
    show();
  }

  /** GraphiQL gets the response without its explanation. */
  async function withoutExplanation(response: Response): Promise<Response> {
    if (!response.headers.get('content-type')?.includes('json')) return response;
    const text = await response.text();
    const { status: code, statusText, headers } = response;
    const init = { status: code, statusText, headers };
    const body = JSON.parse(text);
    if (!body?.extensions?.explain) return new Response(text, init);
    const { explain, ...others } = body.extensions;
    draw(explain);
    const hasOthers = Object.keys(others).length > 0;
    return new Response(JSON.stringify({ ...body, extensions: hasOthers ? others : undefined }), init);
  }

  window.fetch = async (input, init) => {
    const { body } = init ?? {};
    const isOperation = typeof body === 'string' && !body.includes('IntrospectionQuery');
    const request = new Request(input, init);
    if (!isOpen || !isOperation || new URL(request.url).pathname !== location.pathname) return send(input, init);
    request.headers.set(header, '1');
    if (bypass.checked) request.headers.set('cache-control', 'no-cache');
    return withoutExplanation(await send(request));
  };
}
