import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MaintenanceWindow, type Weekday, windowText } from '@pharos/contract';
import { inWindow, nextWindow, UnknownTimeZone } from './window.ts';

const window = (days: Weekday[], from: string, minutes: number, timeZone = 'Europe/Berlin'): MaintenanceWindow => ({
  days,
  from,
  minutes,
  timeZone,
});
const EVERY: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const next = (windows: MaintenanceWindow[], instant: string) => {
  const opening = nextWindow(windows, new Date(instant));
  return opening === null ? null : [opening.from.toISOString(), opening.until.toISOString()];
};
const isIn = (windows: MaintenanceWindow[], instant: string) => inWindow(windows, new Date(instant));

test('the next opening, by the clock of its zone; the open one counts until its last instant is over', () => {
  const saturday = [window(['sat'], '22:00', 120)];
  const opening = ['2026-11-28T21:00:00.000Z', '2026-11-28T23:00:00.000Z'];
  assert.deepEqual(next(saturday, '2026-11-25T12:00:00Z'), opening);
  assert.deepEqual(next(saturday, '2026-11-28T21:00:00Z'), opening, 'it is open');
  assert.deepEqual(next(saturday, '2026-11-28T22:59:59.999Z'), opening);
  assert.deepEqual(next(saturday, '2026-11-28T23:00:00Z'), ['2026-12-05T21:00:00.000Z', '2026-12-05T23:00:00.000Z']);
  assert.deepEqual(
    ['2026-11-28T20:59:59.999Z', '2026-11-28T21:00:00Z', '2026-11-28T23:00:00Z'].map((at) => isIn(saturday, at)),
    [false, true, false],
  );
});

test('past midnight it belongs to the day on which it opened', () => {
  const friday = [window(['fri'], '23:00', 240)];
  assert.equal(isIn(friday, '2026-11-28T01:59:00Z'), true, 'Saturday 02:59 in Berlin');
  assert.equal(isIn(friday, '2026-11-28T02:00:00Z'), false);
  assert.equal(isIn(friday, '2026-11-27T01:00:00Z'), false, 'the night to Friday is not the one');
});

test('the day of the week is that of the zone, on both sides of the date line', () => {
  assert.deepEqual(next([window(['mon'], '00:30', 60, 'Pacific/Kiritimati')], '2026-11-25T00:00:00Z'), [
    '2026-11-29T10:30:00.000Z',
    '2026-11-29T11:30:00.000Z',
  ]);
  assert.deepEqual(next([window(['sun'], '23:30', 60, 'Pacific/Pago_Pago')], '2026-11-25T00:00:00Z'), [
    '2026-11-30T10:30:00.000Z',
    '2026-11-30T11:30:00.000Z',
  ]);
});

test('clocks put forward: an opening that they skip is as much later, and stays open as long', () => {
  const nightly = [window(EVERY, '02:30', 60)];
  assert.deepEqual(next(nightly, '2026-03-28T12:00:00Z'), ['2026-03-29T01:30:00.000Z', '2026-03-29T02:30:00.000Z']);
  assert.deepEqual(next(nightly, '2026-03-29T12:00:00Z'), ['2026-03-30T00:30:00.000Z', '2026-03-30T01:30:00.000Z']);
  assert.deepEqual(
    next([window(['sat'], '23:00', 300)], '2026-03-28T12:00:00Z'),
    ['2026-03-28T22:00:00.000Z', '2026-03-29T03:00:00.000Z'],
    'five hours pass, though the clock shows 05:00 at its end',
  );
});

test('clocks put back: an hour that they show twice opens the window once, the first time', () => {
  const nightly = [window(EVERY, '02:30', 60)];
  assert.deepEqual(next(nightly, '2026-10-24T12:00:00Z'), ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']);
  assert.equal(isIn(nightly, '2026-10-25T01:29:00Z'), true);
  assert.equal(isIn(nightly, '2026-10-25T01:31:00Z'), false, '02:31 for the second time');
  assert.deepEqual(next(nightly, '2026-10-25T01:30:00Z'), ['2026-10-26T01:30:00.000Z', '2026-10-26T02:30:00.000Z']);
});

test('half hours of daylight saving, southern summers, and a day that a zone skipped', () => {
  const howe = [window(['sun'], '02:10', 60, 'Australia/Lord_Howe')];
  assert.deepEqual(next(howe, '2026-10-03T00:00:00Z'), ['2026-10-03T15:40:00.000Z', '2026-10-03T16:40:00.000Z']);
  const apia = next([window(['fri'], '12:00', 60, 'Pacific/Apia')], '2011-12-24T12:00:00Z');
  assert.deepEqual(apia, ['2011-12-30T22:00:00.000Z', '2011-12-30T23:00:00.000Z'], 'Friday 2011-12-30 never was');
});

test('of several windows the first to open; of those that are open the one that lasts longest', () => {
  const two = [window(['sun'], '03:00', 60, 'UTC'), window(['thu'], '03:00', 60, 'UTC')];
  assert.deepEqual(next(two, '2026-11-25T12:00:00Z'), ['2026-11-26T03:00:00.000Z', '2026-11-26T04:00:00.000Z']);
  const overlapping = [window(['thu'], '03:00', 60, 'UTC'), window(['thu'], '03:30', 180, 'UTC')];
  assert.deepEqual(next(overlapping, '2026-11-26T03:45:00Z'), ['2026-11-26T03:30:00.000Z', '2026-11-26T06:30:00.000Z']);
});

test('days that follow each other leave no gap; a window is as long as it says, also in the week with 169 hours', () => {
  const daily = [window(EVERY, '00:00', 1_440, 'UTC')];
  for (let at = Date.UTC(2026, 0, 5); at < Date.UTC(2027, 0, 1); at += 37 * 3_600_000) {
    assert.equal(inWindow(daily, new Date(at)), true, new Date(at).toISOString());
  }
  const weekly = [window(['mon'], '00:00', 10_080)];
  assert.equal(isIn(weekly, '2026-10-25T21:59:59Z'), true);
  assert.equal(isIn(weekly, '2026-10-25T22:00:00Z'), false, 'Sunday 23:00 in Berlin: 168 hours are over');
  assert.equal(isIn(weekly, '2026-10-25T23:00:00Z'), true);
});

test('no window is never open; an unknown zone is an error that says what to write', () => {
  assert.equal(next([], '2026-11-25T12:00:00Z'), null);
  assert.equal(isIn([], '2026-11-25T12:00:00Z'), false);
  assert.throws(
    () => next([window(['mon'], '03:00', 60, 'Europe/Bärlin')], '2026-11-25T12:00:00Z'),
    (error) => error instanceof UnknownTimeZone && /"Europe\/Bärlin" is not a known time zone/.test(error.message),
  );
});

test('what is not a window is refused with its field, and a window reads as words', () => {
  const good = window(['wed', 'mon'], '22:00', 270);
  assert.equal(windowText(MaintenanceWindow.parse(good)), 'Mon, Wed 22:00 for 4 h 30 min (Europe/Berlin)');
  assert.equal(windowText(window(EVERY, '03:00', 60, 'UTC')), 'Every day 03:00 for 1 h (UTC)');
  for (const [field, bad] of Object.entries({
    days: { ...good, days: ['mon', 'mon'] },
    from: { ...good, from: '24:00' },
    minutes: { ...good, minutes: 0 },
    timeZone: { ...good, timeZone: 'Mars/Olympus' },
  })) {
    const issue = MaintenanceWindow.safeParse(bad).error?.issues[0];
    assert.equal(issue?.path[0], field);
  }
});
