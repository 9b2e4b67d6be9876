// Bursts as a process of its own: reads one task as JSON from standard input, runs it, and writes the number of
// responses of each target to standard output. A wrong response ends it with its description on standard error and exit
// code 1.

import { json } from 'node:stream/consumers';
import { runBursts } from './bursts.ts';
import { postRequest } from './post-request.ts';

export type BurstTarget = {
  port: number;
  /** Sent besides the usual ones, or in their place. */
  headers: Readonly<Record<string, string>>;
  body: string;
  expected: string;
};

export type BurstTask = {
  targets: readonly BurstTarget[];
  /** Keep-alive connections to each. */
  connections: number;
  /** Requests of one burst. */
  burst: number;
  /** Milliseconds after which no further turn begins. */
  duration: number;
};

const { targets, ...options } = (await json(process.stdin)) as BurstTask;
const requests = await runBursts({
  ...options,
  targets: targets.map(({ port, headers, body, expected }) => ({
    port,
    request: postRequest(port, body, { path: '/graphql', headers }),
    expected: Buffer.from(expected),
  })),
});
process.stdout.write(JSON.stringify(requests));
