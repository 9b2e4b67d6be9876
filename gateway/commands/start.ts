// `concierge start`: serves the graph until it is told to stop.
import { loadConfig, type Overrides } from '../config/load.ts';
import { createGateway, type Gateway } from '../gateway.ts';

export async function start(overrides: Overrides): Promise<void> {
  const { config, folder } = await loadConfig(overrides);
  const gateway = createGateway(config, folder);
  const url = await gateway.start();
  gateway.log.info({ url: `${url}/graphql`, graph: gateway.graph.version }, 'listening');
  // Whoever started this process with a message channel (`concierge dev`) is told when requests may come.
  process.send?.({ url });
  stopOnSignal(gateway);
}

/** SIGTERM or SIGINT once: an orderly end. A second one: the end at once. */
function stopOnSignal(gateway: Gateway): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    gateway.log.info({ signal }, 'stopping');
    const cut = await gateway.stop();
    if (cut > 0) gateway.log.warn({ cut }, 'requests were still running at the end of the grace period');
    gateway.log.info('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
