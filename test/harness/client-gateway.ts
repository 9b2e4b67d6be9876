// The demo's gateway with its clients, and with the key of `concierge dev`: what an SDK or a page talks to.

import { loadClients } from '../../gateway/clients/load-clients.ts';
import { createGateway } from '../../gateway/index.ts';
import {
  type DevelopmentKey,
  mintDevelopmentToken,
  openDevelopmentKey,
} from '../../gateway/policy/authentication/development-key.ts';
import demo from '../../gateway.config.ts';
import { temporaryFolder } from './folder.ts';
import { demoConfig, root } from './gateway.ts';
import type { SubgraphName } from './subgraphs.ts';

export interface ClientGateway {
  /** Without a path. */
  origin: string;
  /** A token of one of the demo's users. */
  token(subject: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts it on a free port, with the demo's rules; a service without an address is down. */
export async function startClientGateway(urls: Partial<Record<SubgraphName, string>>): Promise<ClientGateway> {
  let removeFolder = () => {};
  const folder = temporaryFolder({}, (remove) => {
    removeFolder = remove;
  });
  const [development, clients] = await Promise.all([openDevelopmentKey(folder), loadClients(`${root}clients`)]);
  const surroundings = { folder: root, clients: [...clients.values()], development };
  const gateway = createGateway(demoConfig(urls, { rules: true }), surroundings);
  return {
    origin: await gateway.start(),
    token: (subject) => tokenOf(subject, development),
    async stop() {
      await gateway.stop();
      removeFolder();
    },
  };
}

function tokenOf(subject: string, key: DevelopmentKey): Promise<string> {
  const user = demo.authentication?.development?.users?.find((one) => one.subject === subject);
  const { scopes = [], roles = [] } = user ?? {};
  return mintDevelopmentToken(key, { subject, scopes, roles, expires: 60_000 });
}
