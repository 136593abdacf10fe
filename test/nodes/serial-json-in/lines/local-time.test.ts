import assert from 'node:assert/strict';
import { localClock } from '../../../../nodes/serial-json-in/lines/local-time';
import { UserError } from '../../../../nodes/shared/user-error';

describe('localClock', () => {
  it('gives the date and time of the zone', () => {
    const moment = Date.UTC(2021, 10, 21, 2, 4, 5);
    assert.deepEqual(localClock('America/Bogota')(moment), { fecha: '2021-11-20', hora: '21:04:05' });
    assert.deepEqual(localClock('UTC')(moment), { fecha: '2021-11-21', hora: '02:04:05' });
  });

  it('writes midnight as 00:00:00 of the new day', () => {
    assert.deepEqual(localClock('UTC')(Date.UTC(2024, 1, 29)), { fecha: '2024-02-29', hora: '00:00:00' });
  });

  it('follows the clock from second to second, also when it is set back', () => {
    const clock = localClock('UTC');
    assert.deepEqual(
      [0, 999, 1000, 500].map((ms) => clock(ms).hora),
      ['00:00:00', '00:00:00', '00:00:01', '00:00:00'],
    );
  });

  it('follows daylight saving time', () => {
    const clock = localClock('Europe/Madrid');
    assert.equal(clock(Date.UTC(2024, 2, 31, 0, 59, 59)).hora, '01:59:59');
    assert.equal(clock(Date.UTC(2024, 2, 31, 1, 0, 0)).hora, '03:00:00');
  });

  it("takes the machine's own zone when none is given", () => {
    const now = new Date(2024, 0, 2, 3, 4, 5);
    assert.deepEqual(localClock('')(now.getTime()), { fecha: '2024-01-02', hora: '03:04:05' });
  });

  it('refuses a zone that does not exist, naming it', () => {
    assert.throws(
      () => localClock('America/Macondo'),
      (error) => error instanceof UserError && error.params.value === 'America/Macondo',
    );
  });
});
