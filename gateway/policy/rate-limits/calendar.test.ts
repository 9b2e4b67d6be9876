// Calendar periods, where clocks change and where they do not.
import { expect, test } from 'vitest';
import { Calendar } from './calendar.ts';

const iso = (time: number) => new Date(time).toISOString();

test.each<[zone: string, per: 'day' | 'month', time: string, name: string, startsAt: string, endsAt: string]>([
  ['UTC', 'day', '2026-11-29T23:59:59.999Z', '2026-11-29', '2026-11-29T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
  ['UTC', 'month', '2028-02-29T12:00:00Z', '2028-02', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ['UTC', 'month', '2026-12-31T23:00:00Z', '2026-12', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  // Of 23 and of 25 hours.
  [
    'Europe/Berlin',
    'day',
    '2026-03-29T10:00:00Z',
    '2026-03-29',
    '2026-03-28T23:00:00.000Z',
    '2026-03-29T22:00:00.000Z',
  ],
  [
    'Europe/Berlin',
    'day',
    '2026-10-25T10:00:00Z',
    '2026-10-25',
    '2026-10-24T22:00:00.000Z',
    '2026-10-25T23:00:00.000Z',
  ],
  ['Europe/Berlin', 'month', '2026-10-31T23:30:00Z', '2026-11', '2026-10-31T23:00:00.000Z', '2026-11-30T23:00:00.000Z'],
  [
    'Asia/Kathmandu',
    'day',
    '2026-11-29T18:14:59Z',
    '2026-11-29',
    '2026-11-28T18:15:00.000Z',
    '2026-11-29T18:15:00.000Z',
  ],
  [
    'Pacific/Kiritimati',
    'month',
    '2026-12-31T10:00:00Z',
    '2027-01',
    '2026-12-31T10:00:00.000Z',
    '2027-01-31T10:00:00.000Z',
  ],
  // Without a midnight, and before a day that does not exist.
  [
    'America/Sao_Paulo',
    'day',
    '2018-11-04T12:00:00Z',
    '2018-11-04',
    '2018-11-04T03:00:00.000Z',
    '2018-11-05T02:00:00.000Z',
  ],
  ['Pacific/Apia', 'day', '2011-12-29T12:00:00Z', '2011-12-29', '2011-12-29T10:00:00.000Z', '2011-12-30T10:00:00.000Z'],
])('in %s, the %s of %s is %s', (zone, per, time, name, startsAt, endsAt) => {
  const period = new Calendar(per, zone).periodOf(Date.parse(time));
  expect([period.name, iso(period.startsAt), iso(period.endsAt)]).toEqual([name, startsAt, endsAt]);
});

test('every time is in the period that begins with it, and periods follow one another without a gap', () => {
  for (const zone of ['Europe/Berlin', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC']) {
    const calendar = new Calendar('day', zone);
    let time = Date.parse('2018-10-01T00:00:00Z');
    for (let day = 0; day < 60; day += 1) {
      const { startsAt, endsAt } = calendar.periodOf(time);
      expect(startsAt <= time && time < endsAt).toBe(true);
      expect(calendar.periodOf(endsAt).startsAt).toBe(endsAt);
      expect(calendar.periodOf(endsAt - 1).endsAt).toBe(endsAt);
      time = endsAt;
    }
  }
});
