// Plan of an operation as a picture: its fetches as boxes, and on each edge the measured times of the fetch that it leads to.
import type { OperationMessage, PlannedFetch } from '../gateway/server/console/messages.ts';
import { layoutPlan } from '../gateway/server/explain-pane/plan-layout.ts';
import { count, duration, percent } from './format.ts';
import { Scroll } from './scroll.tsx';

const sizes = { width: 172, height: 62, column: 300, row: 82, source: 136 };
const MAX_LETTERS = 22;

export function Plan({ plan }: { plan: NonNullable<OperationMessage['plan']> }) {
  const { fetches } = plan;
  const layout = layoutPlan(fetches, sizes);
  const fetchOf = (id: number) => fetches.find((fetch) => fetch.id === id) as PlannedFetch;
  const words = fetches.map((fetch) => `${title(fetch)}: ${times(fetch).join(' ')}`).join('; ');
  return (
    <Scroll class="plan" label="Plan">
      <svg width={layout.width} height={layout.height} role="img" aria-label={words}>
        {layout.lines.map(({ path, from, to, x2, y1, y2 }) => {
          // Beside the line: one that comes from above has them below it.
          const [first, second] = y1 < y2 ? [y2 + 14, y2 + 28] : [y2 - 7, y2 + 15];
          const [p50, p95] = times(fetchOf(to));
          return (
            <g key={`${from} ${to}`}>
              <path d={path} />
              <text class="edge" x={x2 - 8} y={first}>
                {p50}
              </text>
              <text class="edge" x={x2 - 8} y={second}>
                {p95}
              </text>
            </g>
          );
        })}
        {layout.boxes.map(({ id, x, y }) => (
          <Box key={id} fetch={fetchOf(id)} x={x} y={y} />
        ))}
      </svg>
    </Scroll>
  );
}

function Box({ fetch, x, y }: { fetch: PlannedFetch; x: number; y: number }) {
  const { figures, keys, cached, types } = fetch;
  const kind = figures.errors > 0 ? 'bad' : figures.count === 0 ? 'idle' : '';
  const failed = figures.errors > 0 ? `, ${percent(figures.errors, figures.count)} failed` : '';
  const sent = cached > 0 ? `${percent(cached, keys)} cached` : `${count(figures.count)} sent`;
  return (
    <g class={`box ${kind}`}>
      <rect x={x} y={y} width={sizes.width} height={sizes.height} rx={8} />
      <text class="title" x={x + 10} y={y + 20}>
        {short(title(fetch))}
      </text>
      <text x={x + 10} y={y + 37}>
        {short(types.join(', ') || 'root fields')}
      </text>
      <text x={x + 10} y={y + 53}>
        {`${sent}${failed}`}
      </text>
    </g>
  );
}

function title({ id, subgraph }: PlannedFetch): string {
  return `#${id} ${subgraph}`;
}

function times({ figures: { count, p50, p95 } }: PlannedFetch): [string, string] {
  return count === 0 ? ['not sent', ''] : [`p50 ${duration(p50)}`, `p95 ${duration(p95)}`];
}

function short(text: string): string {
  return text.length > MAX_LETTERS ? `${text.slice(0, MAX_LETTERS - 1)}…` : text;
}
