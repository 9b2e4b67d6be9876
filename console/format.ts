// Texts of numbers and times.

const none = '–';

/** Milliseconds, with the digits that matter; a dash for null. */
export function duration(milliseconds: number | null): string {
  if (milliseconds === null) return none;
  if (milliseconds === 0) return '0 ms';
  if (milliseconds >= 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds >= 1_000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

export function rate(perSecond: number): string {
  return perSecond >= 10 ? count(Math.round(perSecond)) : String(Math.round(perSecond * 100) / 100);
}

/** A part of a whole in percent; a dash for a part of nothing. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return none;
  const value = (part / whole) * 100;
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

export function bytes(value: number): string {
  if (value < 1_024) return `${value} B`;
  return value < 1_048_576 ? `${(value / 1_024).toFixed(1)} KiB` : `${(value / 1_048_576).toFixed(1)} MiB`;
}

/** Time of day, such as `14:03:21`. */
export function time(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString('en-GB');
}

/** Of seconds that figures are of. */
export function period(seconds: number): string {
  return seconds >= 120 ? `${Math.round(seconds / 60)} minutes` : `${seconds} seconds`;
}

export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}
