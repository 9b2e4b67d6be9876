// The demo's gateway with its clients, as `concierge dev` serves it, for SDKs and pages.
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { developmentKey } from './demo-users.ts';
import { demoConfig, root, type Urls } from './gateway.ts';

export interface ClientGateway {
  /** Without a path. */
  origin: string;
  stop(): Promise<unknown>;
}

/** Starts it on a free port; a service without an address is down. */
export async function startClientGateway(urls: Urls, options: Partial<GatewayConfig> = {}): Promise<ClientGateway> {
  const clients = [...(await loadClients(`${root}clients`)).values()];
  const gateway = createGateway(demoConfig(urls, options), { folder: root, clients, development: developmentKey });
  return { origin: await gateway.start(), stop: () => gateway.stop() };
}
