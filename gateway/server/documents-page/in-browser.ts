// Browser script of the page that runs trusted documents. The function is sent as text: it cannot use anything outside of
// it.
/// <reference lib="dom" />
/// <reference lib="dom.asynciterable" />

export interface RunnableOperation {
  /** Id of the document. */
  id: string;
  /** Name of the operation; null where it has none. */
  name: string | null;
  /** Whether the document has others: a request then names this one. */
  isOneOfSeveral: boolean;
  kind: 'query' | 'mutation' | 'subscription';
  /** The whole document. */
  text: string;
  /** JSON text of example variables. */
  variables: string;
}

/** Runs the chosen operation by the id of its document, at the page's own URL. */
export function runDocumentsPage(operations: readonly RunnableOperation[], indented: (json: string) => string): void {
  const find = <Found extends HTMLElement>(id: string) => document.getElementById(id) as Found;
  const list = find('operations');
  const filter = find<HTMLInputElement>('filter');
  const source = find('source');
  const documentId = find<HTMLInputElement>('document-id');
  const variables = find<HTMLTextAreaElement>('variables');
  const headers = find<HTMLTextAreaElement>('headers');
  const run = find<HTMLButtonElement>('run');
  const status = find('status');
  const result = find('result');
  /** Variables as they were left, by position. */
  const written = new Map<number, string>();
  const buttons = operations.map(createButton);
  let chosen = -1;
  let running: AbortController | null = null;

  function createButton({ id, name, kind }: RunnableOperation, position: number): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    const label = document.createElement('span');
    label.textContent = name ?? id;
    const type = document.createElement('small');
    type.textContent = kind;
    button.append(label, type);
    button.addEventListener('click', () => choose(position));
    const item = document.createElement('li');
    item.append(button);
    list.append(item);
    return button;
  }

  function choose(position: number): void {
    const operation = operations[position];
    if (!operation) return;
    if (chosen !== -1) written.set(chosen, variables.value);
    chosen = position;
    for (const [at, button] of buttons.entries()) {
      button.setAttribute('aria-current', String(at === position));
    }
    source.textContent = operation.text;
    documentId.value = operation.id;
    variables.value = written.get(position) ?? operation.variables;
    history.replaceState(null, '', `#${encodeURIComponent(operation.name ?? operation.id)}`);
    show('', '');
  }

  function show(state: string, text: string, isFailure = false): void {
    status.textContent = state;
    status.classList.toggle('failure', isFailure);
    result.textContent = text;
  }

  /** An object of JSON in a text area; an empty one is none. */
  function objectIn(area: HTMLTextAreaElement, name: string): Record<string, unknown> {
    if (area.value.trim() === '') return {};
    let value: unknown;
    try {
      value = JSON.parse(area.value);
    } catch (error) {
      throw new Error(`${name} are not valid JSON: ${(error as Error).message}`);
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new Error(`${name} must be an object, such as {"id": "1"}.`);
  }

  /** The request's body, with the variables as they were written: large numbers keep their digits. */
  function bodyText(): string {
    const operation = operations[chosen];
    objectIn(variables, 'Variables');
    const parts = [`"documentId":${JSON.stringify(documentId.value.trim())}`];
    if (variables.value.trim() !== '') parts.push(`"variables":${variables.value}`);
    if (operation?.isOneOfSeveral && operation.name !== null) {
      parts.push(`"operationName":${JSON.stringify(operation.name)}`);
    }
    return `{${parts.join(',')}}`;
  }

  async function send(signal: AbortSignal): Promise<void> {
    const kind = operations[chosen]?.kind;
    const accept = kind === 'subscription' ? 'text/event-stream' : 'application/json';
    const own = objectIn(headers, 'Headers') as Record<string, string>;
    const body = bodyText();
    const started = performance.now();
    show('Running …', '');
    // On a phone it is below the request.
    result.scrollIntoView({ block: 'nearest' });
    const sent = { 'content-type': 'application/json', accept, ...own };
    const response = await window.fetch(location.pathname, { method: 'POST', headers: sent, body, signal });
    const state = () => `${response.status}, ${Math.round(performance.now() - started)} ms`;
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
      const text = indented(await response.text());
      show(state(), text, !response.ok);
      return;
    }
    await readEvents(response, (text, count) => show(`${state()}, ${count} ${count === 1 ? 'event' : 'events'}`, text));
    status.textContent += ', complete';
  }

  /** Shows the latest events first, and forgets old ones. */
  async function readEvents(response: Response, changed: (text: string, count: number) => void): Promise<void> {
    const most = 100;
    const shown: string[] = [];
    let count = 0;
    let unread = '';
    const stream = response.body as unknown as AsyncIterable<Uint8Array>;
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      unread += decoder.decode(chunk, { stream: true });
      const events = unread.split('\n\n');
      unread = events.pop() ?? '';
      for (const event of events) {
        const data = /^data: (.+)$/m.exec(event)?.[1];
        if (data === undefined) continue;
        count += 1;
        shown.unshift(indented(data));
        shown.length = Math.min(shown.length, most);
      }
      changed(shown.join('\n\n'), count);
    }
  }

  async function start(): Promise<void> {
    if (running) {
      running.abort();
      return;
    }
    running = new AbortController();
    run.textContent = 'Stop';
    try {
      await send(running.signal);
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'AbortError') status.textContent += ', stopped';
      else show(message, '', true);
    } finally {
      running = null;
      run.textContent = 'Run';
    }
  }

  find('request').addEventListener('submit', (event) => {
    event.preventDefault();
    start();
  });
  filter.addEventListener('input', () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const [at, button] of buttons.entries()) {
      const { name, id, text } = operations[at] as RunnableOperation;
      const isFound = [name ?? '', id, text].some((each) => each.toLowerCase().includes(wanted));
      (button.parentElement as HTMLElement).hidden = !isFound;
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    start();
  });
  const linked = location.hash.slice(1);
  const found = operations.findIndex(({ name, id }) => encodeURIComponent(name ?? id) === linked);
  choose(Math.max(found, 0));
}
