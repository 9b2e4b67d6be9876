// Connection to a subgraph: the part of undici's clients that requests and subscriptions use.
import type { Dispatcher } from 'undici';

export interface Connection {
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean;
  /** Ends it with what still runs. */
  destroy(): Promise<void>;
}
