// Chart of durations: percentiles over time, in the same colours on every page.
import type { Series } from '../gateway/server/console/messages.ts';
import { Chart } from './chart.tsx';

export interface DurationChartProps {
  series: Pick<Series, 'times' | 'p50' | 'p95'>;
  seconds: number;
  height?: number;
}

export function DurationChart({ series, ...shown }: DurationChartProps) {
  return (
    <Chart
      title="Duration"
      times={series.times}
      unit=" ms"
      lines={[
        { label: '50th percentile', color: '--calm', values: series.p50 },
        { label: '95th percentile', color: '--accent', values: series.p95 },
      ]}
      {...shown}
    />
  );
}
