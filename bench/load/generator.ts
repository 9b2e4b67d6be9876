// The load generator as a process of its own: reads one task as JSON from standard input, runs it, and writes what it
// measured as JSON to standard output.

import { json } from 'node:stream/consumers';
import { runLoad } from './closed-loop.ts';
import { postRequest } from './post-request.ts';

export type Task = {
  port: number;
  path: string;
  /** Sent besides the usual ones. */
  headers: Readonly<Record<string, string>>;
  /** Bodies to post, each with the exact text of its expected response. */
  exchanges: readonly { body: string; expected: string }[];
  /** The exchange to begin with; counted on from the last to the first. */
  first: number;
  connections: number;
  /** Milliseconds. */
  warmUp: number;
  duration: number;
};

const task = (await json(process.stdin)) as Task;
const measured = await runLoad({
  ...task,
  exchanges: task.exchanges.map(({ body, expected }) => ({
    request: postRequest(task.port, body, task),
    expected: Buffer.from(expected),
  })),
});
process.stdout.write(JSON.stringify(measured));
