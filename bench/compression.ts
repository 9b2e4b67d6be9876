// Cost and gain of compressing a response: processor time and bytes for each content coding and level, on rows of about 1 kB, 10 kB
// and 88 kB and on the large query's response, as the gateway compresses them: short ones at once, long ones in the thread pool.
// Decompressed, each has to be the same bytes. `npm run bench:compression` takes about half a minute, prints a table and writes
// nothing.

import { parseArgs } from 'node:util';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Coding } from '../gateway/server/compression/accepted-codings.ts';
import { Compressor } from '../gateway/server/compression/compressor.ts';
import { requestOf } from './run/requests.ts';

const { values } = parseArgs({
  options: {
    /** Milliseconds of one measurement. */
    duration: { type: 'string', default: '300' },
    /** The median of so many measurements counts. */
    rounds: { type: 'string', default: '5' },
  },
});

const levels: Record<Coding, readonly number[]> = {
  gzip: [1, 2, 3, 4, 6, 9],
  br: [0, 1, 2, 3, 4, 5],
  zstd: [1, 2, 3, 5, 9],
};
const decoders: Record<Coding, (body: Buffer) => Buffer> = {
  gzip: (body) => gunzipSync(body),
  br: (body) => brotliDecompressSync(body),
  zstd: (body) => zstdDecompressSync(body),
};

const bodies = [7, 70, 570].map(bodyWithRows);
bodies.push(Buffer.from(JSON.stringify({ data: requestOf('large').data })));

console.log('Coding and level: µs of processor time a response, and its bytes\n');
console.log(
  `| | ${bodies.map(({ length }) => `${length} bytes`).join(' | ')} |\n| --- |${' --- |'.repeat(bodies.length)}`,
);
for (const coding of ['gzip', 'br', 'zstd'] as const) {
  for (const level of levels[coding]) {
    const cells: string[] = [];
    for (const body of bodies) {
      const { time, bytes } = await measure(coding, level, body);
      cells.push(`${time.toFixed(0)} µs, ${bytes}`);
    }
    console.log(`| ${coding} ${level} | ${cells.join(' | ')} |`);
  }
}

/** Rows that differ: the rows of the large query's response repeat themselves more than most. */
function bodyWithRows(count: number): Buffer {
  const opinions = ['Fine', 'Good value', 'Would buy again', 'Not what I hoped for', 'Broke within a week'];
  const rows = Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    name: `Product ${(index * 7919) % 1000}`,
    price: (((index * 317) % 5000) / 10).toFixed(2),
    inStock: index % 3 === 0,
    reviews: [
      { id: `r${index * 3}`, rating: (index % 5) + 1, body: `${opinions[index % 5]}: ${(index * 104729) % 9999}` },
    ],
  }));
  return Buffer.from(JSON.stringify({ data: { products: rows } }));
}

async function measure(coding: Coding, level: number, body: Buffer): Promise<{ time: number; bytes: number }> {
  const compressor = new Compressor({ gzip: 1, br: 1, zstd: 1, [coding]: level });
  const compress = async () => (await compressor.compress(coding, body, () => true)) as Buffer;
  const compressed = await compress();
  if (!decoders[coding](compressed).equals(body)) throw new Error(`${coding} ${level} gives other bytes.`);
  const times: number[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const until = performance.now() + Number(values.duration) / Number(values.rounds);
    const before = process.cpuUsage();
    let count = 0;
    for (; performance.now() < until; count += 1) await compress();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / count);
  }
  times.sort((one, other) => one - other);
  return { time: times[Math.floor(times.length / 2)] as number, bytes: compressed.length };
}
