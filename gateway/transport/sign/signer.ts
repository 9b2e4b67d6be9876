// Signer of requests to one subgraph: header fields that prove the gateway as their sender.
import type { Logger } from '../../telemetry/log.ts';

export interface SignedRequest {
  method: string;
  /** Scheme, host and port. */
  origin: string;
  /** Path and query. */
  path: string;
  /** Names in lower case and values in turn. */
  headers: readonly string[];
  body: string;
}

/** The header fields of the signature, names in lower case and values in turn. @throws Error without a secret in it. */
export type Signer = (request: SignedRequest) => readonly string[];

export interface SignerOptions {
  /** Base of relative paths. */
  folder: string;
  /** Path of the section in the configuration, for messages. */
  option: string;
  /** Default: changed credentials leave no log line. */
  log?: Pick<Logger, 'info' | 'warn'> | undefined;
  /** Milliseconds since 1970. */
  now?: () => number;
}
