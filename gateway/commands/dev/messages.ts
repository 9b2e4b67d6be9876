// Messages between `concierge dev` and the process of a gateway: what was configured, and whether it serves.
import type { Problem } from '../../server/problems/problems-handler.ts';

/** A process beside the gateway: a service, or the server of a client's page. */
export interface ProcessSetup {
  name: string;
  /** Program and arguments. */
  command: readonly string[];
  folder: string;
  /** URL that it responds at; of a gRPC service, its address as it is configured. */
  url: string;
  protocol: Protocol;
  /** Absolute paths of files and folders whose changes restart it. */
  watch: readonly string[];
}

/** GraphQL is what is sent where nothing else is known. */
export type Protocol = 'graphql' | 'rest' | 'grpc';

/** What the start card shows of the configuration. */
export interface CardSetup {
  /** Paths at which GraphQL is served: that of the graph, or those of the clients where they alone are served. */
  paths: readonly [string, ...string[]];
  users: readonly { name: string; subject: string; scopes: readonly string[]; roles: readonly string[] }[];
  /** The first example query, where the graph is served. */
  example: { query: string; variables?: object | undefined; headers?: Record<string, string> | undefined } | null;
  /** Each with its addresses. */
  subgraphs: readonly {
    name: string;
    urls: readonly string[];
    protocol: Protocol;
    isMocked: boolean;
  }[];
}

export interface Setup {
  host: string;
  port: number;
  /** Milliseconds that a process which is replaced may still run for its requests. */
  shutdownGrace: number;
  services: readonly ProcessSetup[];
  pages: readonly ProcessSetup[];
  card: CardSetup;
}

export type FromGateway =
  /** Files of the configuration, as soon as they are known: their changes restart the gateway. */
  | { kind: 'files'; files: readonly string[] }
  | { kind: 'configured'; setup: Setup }
  /** The gateway accepts requests. */
  | { kind: 'ready'; url: string }
  /** It accepts no more requests, and finishes those that run. */
  | { kind: 'draining' }
  /** With the address of a configuration that is invalid elsewhere. */
  | { kind: 'failed'; message: string; host?: string; port?: number };

export interface ToGateway {
  problems: readonly Problem[];
  /** Whether all services respond, or have ended: their schemas may be fetched now. */
  isSettled: boolean;
}

/** To the process that responds while there is no gateway. */
export interface ToPlaceholder {
  problems: readonly Problem[];
  host: string;
  port: number;
}
