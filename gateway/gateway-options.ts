// Options of a gateway besides its configuration.
import type { Client } from './client-views/load-clients.ts';
import type { WorkerChannel } from './cluster/worker-channel.ts';
import type { GatewayConfig } from './config/config.ts';
import type { DevelopmentKey } from './policy/authentication/development-key.ts';
import type { Reloaded } from './server/admin/reload.ts';
import type { Problems } from './server/problems/problems-handler.ts';

export interface GatewayOptions {
  /** Base of relative paths in the configuration. Default: the working directory. */
  folder?: string;
  /** File for usage counts, without Redis. Default: usage is not counted. */
  usageFile?: string;
  /** The frontends with views of their own; `loadClients` reads them from their folders. Default: none. */
  clients?: readonly Client[];
  /**
   * Key whose tokens are accepted as well: for `concierge dev` only. It also enables introspection, suggestions and
   * GraphiQL, unless the configuration disables them.
   */
  development?: DevelopmentKey;
  /** With `development`: allows requests from other machines to sign in as any development user. Default: false. */
  allowRemoteSignIn?: boolean;
  /** Problems that GraphiQL shows: for `concierge dev` only. Default: it shows none. */
  problems?: Problems;
  /** Number of the generation that is served: for workers of `concierge start` only. Default: 1. */
  generation?: () => number;
  /** To the other workers of one supervisor: for `concierge start` only. Default: this process is all of the gateway. */
  channel?: WorkerChannel;
  /** Reads everything again: for workers of `concierge start` only. Default: there is no `/admin/reload`. */
  reload?: () => Promise<Reloaded>;
}

/** Makes a configuration, for example with secrets from elsewhere. */
export type ConfigFunction = () => GatewayConfig | Promise<GatewayConfig>;
