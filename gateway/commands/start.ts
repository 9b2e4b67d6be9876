// `concierge start`: serves the graph until it is stopped by a signal, in workers under a supervisor. What the gateway is
// made of is loaded where it serves.
import cluster from 'node:cluster';
import type { StartOptions } from './start-options.ts';

/** @throws ConfigError, ComposeError, ListenError */
export async function start(options: StartOptions): Promise<void> {
  const { development, singleProcess, supervised } = options;
  // A process of another cluster can start no workers.
  if (!supervised && !development && !singleProcess && cluster.isPrimary) {
    const { supervise } = await import('../supervisor/supervisor.ts');
    await supervise();
    return;
  }
  const { serve } = await import('./serve.ts');
  await serve(options);
}
