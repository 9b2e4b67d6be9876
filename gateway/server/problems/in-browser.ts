// Browser script of the problem bar, for GraphiQL's page. The function is sent as text: it cannot use anything outside
// of it.
/// <reference lib="dom" />

export interface ProblemBarSettings {
  /** Path of the problems, and the header that it requires. */
  path: string;
  header: string;
}

/** Renders the current problems into the section `problems`, every second while the page is visible. */
export function runProblemBar({ path, header }: ProblemBarSettings): void {
  const interval = 1_000;
  const bar = document.querySelector('#problems') as HTMLElement;
  const send = window.fetch.bind(window);
  let shown = '[]';

  async function current(): Promise<{ subject: string; message: string }[]> {
    try {
      const response = await send(path, { headers: { [header]: 'problems' }, cache: 'no-store' });
      const result = await response.json();
      // A gateway without a valid state has the problem in its errors.
      if (response.status === 503) return [{ subject: 'gateway', message: result.errors[0].message }];
      return result.problems ?? [];
    } catch {
      return [{ subject: 'gateway', message: 'The gateway does not respond. Is `concierge dev` running?' }];
    }
  }

  function draw(problems: { subject: string; message: string }[]): void {
    const text = JSON.stringify(problems);
    if (text === shown) return;
    shown = text;
    bar.hidden = problems.length === 0;
    bar.replaceChildren(
      ...problems.map(({ subject, message }) => {
        const [first, ...rest] = message.split('\n');
        const details = document.createElement('details');
        const summary = document.createElement('summary');
        const more = document.createElement('pre');
        summary.textContent = `${subject}: ${first}`;
        more.textContent = rest.join('\n').replace(/^\n+|\s+$/g, '');
        details.open = true;
        details.append(summary, more);
        return details;
      }),
    );
  }

  async function refresh(): Promise<void> {
    if (document.visibilityState === 'visible') draw(await current());
    setTimeout(refresh, interval);
  }

  refresh();
}
