// Timelines as SVG, written by hand: panels above one another over the same seconds, with the fault's seconds shaded. Readable
// on a light and on a dark page.

export type TimePanel = {
  title: string;
  isLogarithmic: boolean;
  lines: readonly { label: string; values: readonly number[] }[];
};

const width = 760;
const plot = { left: 62, right: 16, height: 110 };
const panelHeight = plot.height + 50;
const top = 78;

/** Every line has one value for each second. */
export function timelineSvg(heading: string, fault: readonly [number, number], panels: readonly TimePanel[]): string {
  const count = Math.max(...panels.flatMap(({ lines }) => lines.map(({ values }) => values.length)));
  const x = (second: number) => plot.left + (second / count) * (width - plot.left - plot.right);
  const labels = [...new Set(panels.flatMap(({ lines }) => lines.map(({ label }) => label)))];
  const height = top + panels.length * panelHeight + 22;
  const drawn = panels.map((panel, index) => drawPanel(panel, top + index * panelHeight, x, fault, labels));
  const step = count > 30 ? 5 : count > 15 ? 2 : 1;
  const seconds = Array.from({ length: Math.floor(count / step) + 1 }, (_, index) => index * step);
  const legend = labels.flatMap((label, index) => [
    `<line class="line${index}" x1="${at(plot.left + index * 170)}" x2="${at(plot.left + 24 + index * 170)}" y1="42" y2="42"/>`,
    text(plot.left + 32 + index * 170, 46, label, 'tick'),
  ]);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${heading}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .heading { font-size: 16px; font-weight: 600; }
  .title { font-weight: 600; }
  .tick { font-size: 11px; fill: #57606a; }
  .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  .fault { fill: #cf222e; opacity: 0.08; }
  polyline, line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .line0 { stroke: #0969da; }
  .line1 { stroke: #9a6700; stroke-dasharray: 5 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .tick { fill: #9198a1; }
    .fault { fill: #ff7b72; opacity: 0.14; }
    .grid { stroke: #3d444d; }
    .line0 { stroke: #4493f8; }
    .line1 { stroke: #d29922; }
  }
</style>
${text(16, 20, heading, 'heading')}
${legend.join('\n')}
${drawn.join('\n')}
${seconds.map((second) => text(x(second), height - 24, String(second), 'tick middle')).join('\n')}
${text((plot.left + width - plot.right) / 2, height - 8, 'seconds', 'tick middle')}
</svg>
`;
}

function drawPanel(
  { title, isLogarithmic, lines }: TimePanel,
  y0: number,
  x: (second: number) => number,
  fault: readonly [number, number],
  labels: readonly string[],
): string {
  const all = lines.flatMap(({ values }) => values).filter((value) => value > 0);
  const ticks = isLogarithmic ? decades(all) : evenly(all.length > 0 ? Math.max(...all) : 5);
  const scale = (value: number) => (isLogarithmic ? Math.log10(Math.max(value, ticks[0]!)) : value);
  const [low, high] = [scale(ticks[0]!), scale(ticks.at(-1)!)];
  const y = (value: number) => y0 + plot.height * (1 - (scale(value) - low) / (high - low));
  return [
    text(plot.left, y0 - 8, title, 'title'),
    `<rect class="fault" x="${at(x(fault[0]))}" y="${y0}" width="${at(x(fault[1]) - x(fault[0]))}" height="${plot.height}"/>`,
    ...ticks.flatMap((value) => [
      `<line class="grid" x1="${plot.left}" x2="${width - plot.right}" y1="${at(y(value))}" y2="${at(y(value))}"/>`,
      text(plot.left - 6, y(value) + 4, value.toLocaleString('en'), 'tick end'),
    ]),
    ...lines.map(({ label, values }) => {
      // The figure of a second is drawn in its middle.
      const points = values.map((value, second) => `${at(x(second + 0.5))},${at(y(value))}`);
      return `<polyline class="line${labels.indexOf(label)}" points="${points.join(' ')}"/>`;
    }),
  ].join('\n');
}

function decades(values: readonly number[]): number[] {
  const low = Math.floor(Math.log10(Math.min(...values, 1)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values, 1))));
  return Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step));
}

/** From zero in at most five steps of 1, 2 or 5 times a power of ten. */
function evenly(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size * 5 >= most)!;
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step);
}

function text(x: number, y: number, content: string, kind: string): string {
  return `<text class="${kind}" x="${at(x)}" y="${at(y)}">${content}</text>`;
}

function at(position: number): string {
  return position.toFixed(1);
}
