// Audit log after its end: lines that were left out are not reported to a file that is closed.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../test/harness/folder.ts';
import { logSection } from '../config/log.ts';
import { AuditLog } from './audit-log.ts';
import { createLog } from './log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('lines that are left out are counted in a line of their own, unless the log has been closed', () => {
  for (const isClosed of [false, true]) {
    const folder = temporaryFolder();
    const audit = AuditLog.open(
      logSection.parse({ level: 'silent', audit: { file: 'audit.log' } }),
      folder,
      createLog({ level: 'silent' }),
    );
    const deny = () => audit?.write({ action: 'access', outcome: 'denied' }, {});
    for (let count = 0; count < 105; count += 1) deny();
    if (isClosed) audit?.close();
    vi.advanceTimersByTime(10_000);
    if (isClosed) deny();
    const lines = readFileSync(`${folder}/audit.log`, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(isClosed ? 100 : 101);
    if (!isClosed) expect(JSON.parse(lines.at(-1) as string)).toMatchObject({ leftOut: 5 });
  }
});
