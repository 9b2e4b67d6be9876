// Options of `concierge start`.
import type { Overrides } from '../config/load.ts';

export interface StartOptions extends Overrides {
  /** Accepts tokens of the folder's development key, and offers to sign in from GraphiQL. In this process alone. */
  development?: boolean;
  /** With `development`: allows signing in from other machines as well. */
  allowRemoteSignIn?: boolean;
  /** Serves in this process: without workers, restarts and reloads. */
  singleProcess?: boolean;
  /** In a worker of a supervisor. */
  supervised?: boolean;
}
