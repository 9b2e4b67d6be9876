// Error descriptions for a terminal: the message of what a user can mend, everything about what is unexpected.
import { inspect } from 'node:util';
import { ComposeError } from '../compose/compose-error.ts';
import { ConfigError } from '../config/config-error.ts';
import { DocumentsError } from '../persisted-documents/documents-error.ts';
import { ListenError } from '../server/listen-error.ts';

const expected = [ConfigError, ComposeError, DocumentsError, ListenError];

/** Whether a user can mend it. */
export function isExpected(error: unknown): error is Error {
  return expected.some((kind) => error instanceof kind);
}

export function describeError(error: unknown): string {
  return isExpected(error) ? error.message : inspect(error);
}
