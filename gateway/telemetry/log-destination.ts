// Log destination: standard output, to which lines are written together. A system call for each took up to a third of a
// request's processor time, and the stream of pino measures all lines that wait again for each further one.
import { writeSync } from 'node:fs';
import { pino } from 'pino';
import { forTerminal, withoutControls } from './log-text.ts';

/** Lines are written as soon as there are so many characters of them, and at the latest after `DELAY` milliseconds. */
const BATCH = 65_536;
const DELAY = 100;

/** Bytes that wait for a reader of standard output that does not read, at most; further lines are dropped. */
const MAX_WAITING = 16_777_216;

/** Milliseconds in which a thread has written its batch, and in which a reader makes room for the rest, at the end. */
const WRITE_TIME = 20;
const ROOM_TIME = 1_000;

export type LogDestination = ReturnType<typeof pino.destination>;

/** A destination whose `flush` and `flushSync`, which pino calls at the end of the process, write what waits. */
export function openDestination(): LogDestination {
  const destination = pino.destination({ fd: 1, sync: false, minLength: 1, maxLength: MAX_WAITING });
  const write = destination.write.bind(destination);
  const flush = destination.flush.bind(destination);
  const flushSync = destination.flushSync.bind(destination);
  let lines = '';
  let timer: NodeJS.Timeout | null = null;
  const pass = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    const batch = lines;
    lines = '';
    if (batch !== '') write(batch);
  };
  destination.write = (line: string, isSafe = false) => {
    lines += isSafe ? line : withoutControls(line);
    if (lines.length >= BATCH) pass();
    else timer ??= setTimeout(pass, DELAY).unref();
    return true;
  };
  destination.flush = (done) => {
    pass();
    flush(done);
  };
  destination.flushSync = () => {
    // A batch that a thread is writing comes before those that wait; at the end of the process nothing else waits for it.
    if (isWriting(destination)) sleep(WRITE_TIME);
    const batch = lines;
    lines = '';
    flushSync();
    writeAll(batch);
  };
  return destination;
}

/** A destination for readable lines, each of which is written at once. */
export function openTerminal(): LogDestination {
  const destination = pino.destination({ fd: 1, sync: true });
  const write = destination.write.bind(destination);
  destination.write = (line) => write(forTerminal(String(line)));
  return destination;
}

function isWriting(destination: LogDestination): boolean {
  return (destination as unknown as { _writing?: boolean })._writing === true;
}

/** Without the event loop. Gives up where the reader has closed standard output, or makes no room. */
function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  const end = performance.now() + ROOM_TIME;
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() > end) return;
      sleep(5);
    }
  }
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
