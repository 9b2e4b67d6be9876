// Errors as log lines have them: type, message, stack and code, and no other property. Errors of libraries have requests
// with their credentials, responses and configurations among their properties.

export interface LoggedError {
  type: string;
  message: string;
  stack?: string;
  code?: string | number;
  cause?: LoggedError;
}

/** In characters; what is longer is cut. */
const MAX_MESSAGE = 2_000;
const MAX_STACK = 8_000;

/** Causes of causes. */
const MAX_DEPTH = 4;

/** @param error of any kind: everything can be thrown. */
export function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) {
    const message = typeof error === 'string' ? error : 'a value that is no error was thrown';
    return { type: typeof error, message: message.slice(0, MAX_MESSAGE) };
  }
  const { message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: String(message).slice(0, MAX_MESSAGE),
    ...(typeof stack === 'string' && { stack: stack.slice(0, MAX_STACK) }),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(cause instanceof Error && depth < MAX_DEPTH && { cause: loggedError(cause, depth + 1) }),
  };
}
