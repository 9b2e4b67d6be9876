// Layout of a plan as a picture: the fetches as boxes in columns by their rounds, with a line for each dependency. The explain
// pane gets the function as text: it cannot use anything outside of it.

export interface PlanNode {
  id: number;
  level: number;
  dependsOn: readonly number[];
}

export interface PlanSizes {
  /** Of a box. */
  width: number;
  height: number;
  /** From one column, or row, to the next. */
  column: number;
  row: number;
  /** Width of a column before the first one, from which lines lead to the fetches without dependencies; 0 for none. */
  source: number;
}

export interface PlanLayout {
  width: number;
  height: number;
  /** Upper left corners, in the order of the fetches. */
  boxes: { id: number; x: number; y: number }[];
  /** From the right of one box, or from the source (-1), to the left of another: the points, and the path of a curve. */
  lines: { from: number; to: number; x1: number; y1: number; x2: number; y2: number; path: string }[];
}

export function layoutPlan(fetches: readonly PlanNode[], sizes: PlanSizes): PlanLayout {
  const { width, height, column, row, source } = sizes;
  const margin = 4;
  const rows: number[] = [];
  const boxes = fetches.map(({ id, level }) => {
    const index = rows[level] ?? 0;
    rows[level] = index + 1;
    return { id, x: source + level * column + margin, y: index * row + margin };
  });
  const places = new Map(boxes.map((box) => [box.id, box]));
  const lines = fetches.flatMap(({ id, dependsOn }) => {
    const to = places.get(id) as PlanLayout['boxes'][number];
    const before = dependsOn.length === 0 && source > 0 ? [-1] : dependsOn;
    return before.map((from) => {
      const box = places.get(from);
      const [x1, y1] = box ? [box.x + width, box.y + height / 2] : [margin, height / 2 + margin];
      const [x2, y2] = [to.x, to.y + height / 2];
      const bend = Math.max(20, (x2 - x1) / 2);
      const path = `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
      return { from, to: id, x1, y1, x2, y2, path };
    });
  });
  const columns = Math.max(1, rows.length);
  return {
    width: source + (columns - 1) * column + width + 2 * margin,
    height: (Math.max(1, ...rows.map((each) => each ?? 0)) - 1) * row + height + 2 * margin,
    boxes,
    lines,
  };
}
