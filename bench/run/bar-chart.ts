// Bar chart as SVG, written by hand: one group of horizontal bars per query, readable on a light and on a dark page.

export type Bar = { label: string; value: number; highlight: boolean };
export type BarGroup = { title: string; unit: string; thresholds: readonly Bar[] };

const width = 760;
const labelWidth = 210;
const barHeight = 20;
const step = 28;
const barSpace = width - labelWidth - 110;

/** Each group has its own scale, which starts at zero. */
export function barsSvg(heading: string, groups: readonly BarGroup[]): string {
  let y = 56;
  const parts: string[] = [];
  for (const { title, unit, thresholds } of groups) {
    parts.push(text(0, y, title, 'title'));
    y += 14;
    const most = Math.max(...thresholds.map(({ value }) => value), Number.MIN_VALUE);
    for (const { label, value, highlight } of thresholds) {
      const length = Math.max(1, (value / most) * barSpace);
      const amount = `${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
      parts.push(
        text(labelWidth - 10, y + 15, label, 'label'),
        `<rect class="${highlight ? 'own' : 'peer'}" x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2"/>`,
        text(labelWidth + length + 8, y + 15, amount, 'amount'),
      );
      y += step;
    }
    y += 30;
  }
  return svg(y - 20, heading, parts);
}

function svg(height: number, heading: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(heading)}">
<style>
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .heading { font-size: 17px; font-weight: 600; }
  .title { font-weight: 600; }
  .label { text-anchor: end; }
  .amount { fill: #57606a; }
  .own { fill: #0969da; }
  .peer { fill: #afb8c1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .amount { fill: #9198a1; }
    .own { fill: #4493f8; }
    .peer { fill: #545d68; }
  }
</style>
${text(0, 20, heading, 'heading')}
${parts.join('\n')}
</svg>
`;
}

function text(x: number, y: number, content: string, kind: string): string {
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
