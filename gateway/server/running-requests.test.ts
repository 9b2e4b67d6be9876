// Running requests: removed in any order, and cut off without those that have ended.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { RequestContext } from '../pipeline/request-context.ts';
import { RunningRequests } from './running-requests.ts';

const request = { headers: {}, method: 'POST' } as IncomingMessage;

test.each([[[0, 1, 2, 3]], [[3, 2, 1, 0]], [[1, 3, 0, 2]]])(
  'of four requests that end in the order %j, the others are cut off',
  (order) => {
    for (let ended = 0; ended <= 4; ended += 1) {
      const running = new RunningRequests();
      const destroyed: number[] = [];
      const contexts = [0, 1, 2, 3].map((id) => {
        const context = RequestContext.of(request);
        running.add(context, { destroy: () => destroyed.push(id) } as unknown as ServerResponse);
        return context;
      });
      const gone = order.slice(0, ended);
      for (const id of gone) running.delete(contexts[id] as RequestContext);
      expect(running.size).toBe(4 - ended);
      running.cut();
      expect(destroyed.sort()).toEqual([0, 1, 2, 3].filter((id) => !gone.includes(id)));
      expect(contexts.map(({ cancellation }) => cancellation.cancelled)).toEqual(
        [0, 1, 2, 3].map((id) => !gone.includes(id)),
      );
    }
  },
);
