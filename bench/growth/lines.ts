// Lines as SVG, written by hand: one small panel per series, both axes logarithmic, so that what grows in proportion is
// a straight line. Readable on a light and on a dark page.

export type Line = { label: string; values: readonly (number | undefined)[] };
export type Panel = { title: string; sizes: readonly number[]; lines: readonly Line[] };

const panelWidth = 300;
const plot = { left: 52, top: 64, width: 215, height: 150 };
const height = 290;

/** The values of every line stand at the panel's sizes, in their order; a missing one leaves a gap. */
export function linesSvg(heading: string, unit: string, panels: readonly Panel[]): string {
  const labels = [...new Set(panels.flatMap(({ lines }) => lines.map(({ label }) => label)))];
  const all = panels.flatMap(({ lines }) =>
    lines.flatMap(({ values }) => values.filter((value) => value !== undefined)),
  );
  const low = Math.floor(Math.log10(Math.min(...all)));
  const high = Math.ceil(Math.log10(Math.max(...all)));
  const y = (value: number) => plot.top + plot.height * (1 - (Math.log10(value) - low) / Math.max(1, high - low));

  const drawn = panels.map(({ title, sizes, lines }, panel) => {
    const left = panel * panelWidth + plot.left;
    const x = (index: number) => left + (sizes.length > 1 ? (index / (sizes.length - 1)) * plot.width : 0);
    const decades = Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step));
    return [
      text(left, plot.top - 14, title, 'title'),
      ...decades.flatMap((value) => [
        `<line class="grid" x1="${left}" x2="${left + plot.width}" y1="${at(y(value))}" y2="${at(y(value))}"/>`,
        text(left - 6, y(value) + 4, value.toLocaleString('en'), 'tick end'),
      ]),
      ...sizes.map((size, index) =>
        text(x(index), plot.top + plot.height + 18, size.toLocaleString('en'), 'tick middle'),
      ),
      ...lines.flatMap(({ label, values }) => {
        const points = values.flatMap((value, index) => (value === undefined ? [] : [[x(index), y(value)] as const]));
        const kind = `line${labels.indexOf(label)}`;
        return [
          `<polyline class="${kind}" points="${points.map(([a, b]) => `${at(a)},${at(b)}`).join(' ')}"/>`,
          ...points.map(([a, b]) => `<circle class="${kind}" cx="${at(a)}" cy="${at(b)}" r="3"/>`),
        ];
      }),
    ].join('\n');
  });

  const legend = labels.flatMap((label, index) => [
    `<line class="line${index}" x1="${plot.left + index * 230}" x2="${plot.left + 24 + index * 230}" y1="${height - 18}" y2="${height - 18}"/>`,
    text(plot.left + 32 + index * 230, height - 14, label, 'tick'),
  ]);

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${panels.length * panelWidth} ${height}" role="img" aria-label="${heading}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .heading { font-size: 17px; font-weight: 600; }
  .title { font-weight: 600; }
  .tick { font-size: 11px; fill: #57606a; }
  .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  .grid { stroke: #d0d7de; }
  polyline, line { fill: none; stroke-width: 2; }
  .grid { stroke-width: 1; }
  .line0 { stroke: #0969da; }
  .line1 { stroke: #9a6700; }
  .line2 { stroke: #8250df; }
  circle { fill: #ffffff; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .tick { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .line0 { stroke: #4493f8; }
    .line1 { stroke: #d29922; }
    .line2 { stroke: #ab7df8; }
    circle { fill: #0d1117; }
  }
</style>
${text(0, 20, `${heading} (${unit})`, 'heading')}
${drawn.join('\n')}
${legend.join('\n')}
</svg>
`;
}

function text(x: number, y: number, content: string, kind: string): string {
  return `<text class="${kind}" x="${at(x)}" y="${at(y)}">${content}</text>`;
}

function at(position: number): string {
  return position.toFixed(1);
}
