// Chart over time, on a canvas by uPlot, in the colours of the style sheet. What it shows is in its label as well.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface ChartLine {
  label: string;
  /** Custom property of the style sheet, such as `--accent`. */
  color: string;
  values: readonly (number | null)[];
  isFilled?: boolean;
}

export interface ChartProps {
  title: string;
  /** Milliseconds since 1970. */
  times: readonly number[];
  /** Seconds that are recorded: earlier times are not shown. */
  seconds: number;
  lines: readonly ChartLine[];
  unit: string;
  height?: number;
}

const font = '11px system-ui, sans-serif';

/** Seconds that are shown at least. */
const MIN_SECONDS = 60;

export function Chart({ title, times, seconds, lines, unit, height = 140 }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const start = (times.at(-1) ?? 0) - Math.max(MIN_SECONDS, seconds) * 1000;
  const first = times.findIndex((time) => time >= start);
  const data: uPlot.AlignedData = [
    times.slice(first).map((time) => time / 1000),
    ...lines.map(({ values }) => values.slice(first)),
  ];
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element, lines, unit, height), latest.current, element);
    };
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    draw();
    scheme.addEventListener('change', draw);
    resized.observe(element);
    return () => {
      scheme.removeEventListener('change', draw);
      resized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
    // The lines of a chart have always the same names and colours.
  }, [height, unit]);

  useEffect(() => plot.current?.setData(data));

  const words = lines.map(({ label, values }) => `${label} ${shown(values.at(-1) ?? null, unit)}`).join(', ');
  return (
    <figure class="chart">
      <figcaption>
        {title}
        {lines.map(({ label, color }) => (
          <span class="key" key={label}>
            <i style={{ background: `var(${color})` }} />
            {label}
          </span>
        ))}
      </figcaption>
      <div ref={place} role="img" aria-label={`${title}: ${words}`} style={{ height: `${height}px` }} />
    </figure>
  );
}

function shown(value: number | null, unit: string): string {
  return value === null ? 'none' : `${Math.round(value * 10) / 10}${unit}`;
}

function options(element: HTMLElement, lines: readonly ChartLine[], unit: string, height: number): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: color('--quiet'), font, grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 22, 0, 0],
    scales: { y: { range: (_, __, max) => [0, Math.max(1, (max ?? 0) * 1.1)] } },
    axes: [
      { ...axis, size: 26, space: 80, values: (_, splits) => splits.map((split) => timeOf(split)) },
      { ...axis, size: 58, space: 24, values: (_, splits) => splits.map((split) => `${split}${unit}`) },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        stroke: color(line.color),
        width: 1.5,
        points: { show: false },
        spanGaps: true,
        ...(line.isFilled && { fill: `${color(line.color)}33` }),
      })),
    ],
  };
}

/** Hours and minutes, and seconds where they are not zero. */
function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB').replace(/:00$/, '');
}
