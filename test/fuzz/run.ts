// Runs of properties over random inputs: the same inputs for the same seed, and a bound on the time of each.
import fc from 'fast-check';
import { fieldProperties } from './fields.ts';
import { fileProperties } from './files.ts';
import { jsonProperties } from './json.ts';
import { serializerProperties } from './serializer.ts';
import { serviceProperties } from './services.ts';

/** What has to hold of every input. */
export interface Property {
  /** What is under test. */
  name: string;
  run(options: RunOptions): void;
}

interface RunOptions {
  inputs: number;
  seed: number;
  /** Called with the milliseconds that each input took. */
  took(milliseconds: number): void;
}

/**
 * Milliseconds of the processor for one input, the longest included: such an input takes no more than a few of them. The
 * least of several attempts counts, since a first one may compile code or collect garbage.
 */
const MAX_MS = 40;
const ATTEMPTS = 4;

/** @param holds throws, or returns false, for an input of which it does not hold. */
export function property<Input>(
  name: string,
  arbitrary: fc.Arbitrary<Input>,
  holds: (input: Input) => boolean | undefined,
): Property {
  const timed = (input: Input): boolean => {
    const started = process.cpuUsage();
    const held = holds(input);
    const { user, system } = process.cpuUsage(started);
    return held !== false && (user + system) / 1000 < MAX_MS;
  };
  return {
    name,
    run({ inputs, seed, took }) {
      const check = fc.property(arbitrary, (input) => {
        const started = performance.now();
        const held = holds(input);
        const milliseconds = performance.now() - started;
        took(milliseconds);
        if (held === false) return false;
        if (milliseconds < MAX_MS || Array.from({ length: ATTEMPTS }, () => timed(input)).some(Boolean)) return true;
        throw new Error(`it took ${milliseconds.toFixed(0)} ms`);
      });
      fc.assert(check, { numRuns: inputs, seed, ...(inputs > 10_000 && { skipEqualValues: false }) });
    },
  };
}

const all = (): Property[] => [
  ...jsonProperties(),
  ...fieldProperties(),
  ...serviceProperties(),
  ...fileProperties(),
  ...serializerProperties(),
];

export interface FuzzOptions {
  /** Of all properties together. */
  inputs: number;
  seed: number;
  /** A part of the names of those to run; all without it. */
  only?: string;
  progress?(done: { name: string; inputs: number; milliseconds: number; slowest: number }): void;
}

export function fuzzAll({ inputs, seed, only = '', progress = () => {} }: FuzzOptions): {
  inputs: number;
  failures: string[];
} {
  const properties = all().filter(({ name }) => name.includes(only));
  const failures: string[] = [];
  const each = Math.ceil(inputs / properties.length);
  let count = 0;
  for (const { name, run } of properties) {
    const started = performance.now();
    let slowest = 0;
    let done = 0;
    try {
      run({
        inputs: each,
        seed,
        took(milliseconds) {
          done += 1;
          slowest = Math.max(slowest, milliseconds);
        },
      });
    } catch (error) {
      const { message, cause } = error as Error;
      failures.push([`${name}: ${message}`, ...(cause instanceof Error ? [cause.stack] : [])].join('\n'));
    }
    count += done;
    progress({ name, inputs: done, milliseconds: performance.now() - started, slowest });
  }
  return { inputs: count, failures };
}
