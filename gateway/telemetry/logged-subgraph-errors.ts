// Errors of subgraphs as log lines have them. Their messages and extensions are another team's: they may hold personal data
// and credentials, and are of any size.
import type { LogConfig } from '../config/log.ts';

/** Of one response; a thousand entities can fail for one reason. */
const MAX_ERRORS = 3;

/** In characters; what is longer is cut. */
const MAX_MESSAGE = 500;
const MAX_FULL = 4_000;

/** Steps of a path. */
const MAX_PATH = 32;

export interface LoggedSubgraphError {
  code?: string;
  path?: (string | number)[];
  message?: string;
  /** The whole error as JSON text. */
  full?: string;
}

/** Fields of the line: the first errors of a response, and how many there are. */
export function loggedSubgraphErrors(
  errors: readonly unknown[],
  mode: LogConfig['subgraphErrors'],
): { count: number; subgraphErrors: LoggedSubgraphError[] } {
  return { count: errors.length, subgraphErrors: errors.slice(0, MAX_ERRORS).map((error) => logged(error, mode)) };
}

function logged(error: unknown, mode: LogConfig['subgraphErrors']): LoggedSubgraphError {
  const { message, path, extensions } = (error ?? {}) as { message?: unknown; path?: unknown; extensions?: unknown };
  const { code } = (extensions ?? {}) as { code?: unknown };
  return {
    ...(typeof code === 'string' && { code: code.slice(0, 100) }),
    ...(Array.isArray(path) && { path: path.slice(0, MAX_PATH).filter(isStep) }),
    ...(mode !== 'codes' && typeof message === 'string' && { message: message.slice(0, MAX_MESSAGE) }),
    ...(mode === 'full' && { full: (JSON.stringify(error) ?? String(error)).slice(0, MAX_FULL) }),
  };
}

function isStep(step: unknown): step is string | number {
  return typeof step === 'number' || (typeof step === 'string' && step.length <= 100);
}
