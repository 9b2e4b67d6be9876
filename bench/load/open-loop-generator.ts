// The open loop as a process of its own: gets one task as a message of its parent, sends `started` when it begins, and the
// samples at its end.

import { type Phase, runOpenLoop } from './open-loop.ts';
import { postRequest } from './post-request.ts';

export type OpenLoopTask = {
  port: number;
  path: string;
  /** Bodies to post, each with the exact text of its response. */
  operations: readonly { body: string; expected: string; isSafe: boolean }[];
  phases: readonly Phase[];
  /** Milliseconds after which a client gives up. */
  patience: number;
  maxConnections: number;
};

process.once('message', async (task: OpenLoopTask) => {
  const operations = task.operations.map(({ body, expected, ...rest }) => ({
    ...rest,
    request: postRequest(task.port, body, { path: task.path, headers: {} }),
    expected: Buffer.from(expected),
  }));
  const samples = await runOpenLoop({ ...task, operations }, () => process.send?.('started'));
  process.send?.(samples, () => process.disconnect?.());
});
