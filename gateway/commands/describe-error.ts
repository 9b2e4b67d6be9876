// Error descriptions for a terminal: the message of what a user can mend, everything about what is unexpected.
import { inspect } from 'node:util';
import { ComposeError } from '../compose/compose-error.ts';
import { ConfigError } from '../config/config-error.ts';
import { DocumentsError } from '../persisted-documents/documents-error.ts';
import { ListenError } from '../server/listen-error.ts';

const expected = [ConfigError, ComposeError, DocumentsError, ListenError];

export function describeError(error: unknown): string {
  return expected.some((kind) => error instanceof kind) ? (error as Error).message : inspect(error);
}
