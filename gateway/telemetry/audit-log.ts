// Audit log: one line for each action of an operator and for each access that was denied, with who, what and when, and no
// values. In the log, or in a file of its own; bounded in rate, as clients can cause denied accesses at any rate.
import { hash } from 'node:crypto';
import { resolve } from 'node:path';
import { pino } from 'pino';
import { ConfigError } from '../config/config-error.ts';
import type { Identity } from '../config/context.ts';
import type { LogConfig } from '../config/log.ts';
import { LimitedLog } from './limited-log.ts';
import type { Logger } from './log.ts';

/** Who has done it, as far as that is known. */
export interface AuditedCaller {
  requestId?: string;
  /** Empty where there is none. */
  address?: string;
  /** Null for anonymous callers, and for operators, who have a token. */
  identity?: Pick<Identity, 'key' | 'subject' | 'issuer'> | null;
  /** The client of the configuration. */
  client?: string | null;
  /** Name of the operation. */
  operation?: string | undefined;
}

export interface AuditEvent {
  /** `access` for data, else the method and path of an endpoint: `PUT /admin/controls`. */
  action: string;
  /** `measured`: it would have been denied, but for the mode in which nothing is. */
  outcome: 'done' | 'failed' | 'denied' | 'measured';
  /** Status of the response, where the event is a request. */
  status?: number;
  /** Of the error, where access is denied. */
  code?: string;
  /** What is denied, in the names of the graph. */
  coordinates?: readonly string[];
}

/** Coordinates of one line; more are counted. */
const MAX_COORDINATES = 20;

const message = 'audit';

export class AuditLog {
  readonly #actions: LimitedLog;
  readonly #denied: LimitedLog;
  readonly #hasPersonal: boolean;
  readonly #close: () => void;

  /** Null where the configuration wants none. @throws ConfigError for a file that cannot be written. */
  static open({ audit, personal }: LogConfig, folder: string, log: Logger): AuditLog | null {
    if (audit === false) return null;
    if (audit === true) return new AuditLog(alwaysWritten(log), personal, () => {});
    const destination = openFile(audit.file, folder, log);
    const lines = pino({ level: 'info', base: null }, destination);
    return new AuditLog(lines, personal, () => {
      // What is still reported later finds no file.
      lines.level = 'silent';
      destination.end();
    });
  }

  private constructor(lines: Logger, hasPersonal: boolean, close: () => void) {
    // Denied accesses, which clients cause, must not displace what operators do.
    this.#actions = new LimitedLog(lines, message);
    this.#denied = new LimitedLog(lines, message);
    this.#hasPersonal = hasPersonal;
    this.#close = close;
  }

  write(event: AuditEvent, by: AuditedCaller, more: Readonly<Record<string, unknown>> = {}): void {
    const isAccess = event.outcome === 'denied' || event.outcome === 'measured';
    const lines = isAccess ? this.#denied : this.#actions;
    lines.write(() => ({ ...fieldsOf(event), ...callerFields(by, this.#hasPersonal), ...more }));
  }

  close(): void {
    this.#close();
  }
}

function fieldsOf({ coordinates, ...event }: AuditEvent): Record<string, unknown> {
  if (!coordinates) return event;
  const shown = coordinates.slice(0, MAX_COORDINATES);
  const left = coordinates.length - shown.length;
  return { ...event, coordinates: shown, ...(left > 0 && { moreCoordinates: left }) };
}

function callerFields(
  { requestId, address, identity, client, operation }: AuditedCaller,
  hasPersonal: boolean,
): Record<string, unknown> {
  return {
    ...(requestId !== undefined && { requestId }),
    ...(hasPersonal && address && { address }),
    ...(hasPersonal && identity && { subject: identity.subject, issuer: identity.issuer }),
    ...(identity && { caller: callerHash(identity.key) }),
    ...(client != null && { client }),
    ...(operation !== undefined && { operation }),
  };
}

/** The same for the same caller, as in the lines of requests. @param key of the identity. */
export function callerHash(key: string): string {
  return hash('sha256', key).slice(0, 16);
}

/** A change of the log's level hides no audit line; a log that is silent from the start has none. */
function alwaysWritten(log: Logger): Logger {
  return log.level === 'silent' ? log : log.child({}, { level: 'info' });
}

function openFile(file: string, folder: string, log: Logger): ReturnType<typeof pino.destination> {
  try {
    const dest = resolve(folder, file);
    const destination = pino.destination({ dest, mkdir: true, append: true, sync: true, mode: 0o600 });
    let isReported = false;
    destination.on('error', (error: Error) => {
      if (!isReported) log.error({ file, reason: error.message }, 'the audit log cannot be written');
      isReported = true;
    });
    return destination;
  } catch (cause) {
    throw new ConfigError(`log.audit.file is "${file}": it cannot be written: ${(cause as Error).message}`, { cause });
  }
}
