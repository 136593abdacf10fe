import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { environmentAt, MOMENTS, momentOf, testsWithoutServices } from '../../tools/moments';

describe('the moment at which tests live', () => {
  it('is that of the clock and of the zone, also in the processes that they start', () => {
    for (const moment of MOMENTS) {
      const [now, made, text, day] = JSON.parse(
        shell(moment, 'JSON.stringify([Date.now(), +new Date(), Date(), new Date().toString()])'),
      ) as [number, number, string, string];
      const late = now - Date.parse(moment.at);
      assert.ok(late >= 0 && late < 20_000, `${late} ms`);
      assert.ok(made - now < 1_000);
      assert.equal(text.slice(0, 15), day.slice(0, 15));
    }
    const zoned = shell(MOMENTS[0]!, 'new Date().getHours()');
    assert.equal(zoned.trim(), '23', 'a minute before New Year in Bogota');
  });

  it('can be had again by its seed', () => {
    assert.deepEqual(momentOf(12), momentOf(12));
    assert.notDeepEqual(momentOf(12), momentOf(13));
  });

  it('is tried with the tests of the nodes that start no service', async function () {
    this.timeout(60_000);
    const files = await testsWithoutServices();
    assert.ok(files.includes('test/nodes/serial-json-in/lines/local-time.test.ts'));
    assert.ok(!files.includes('test/nodes/mongo-sink/sink.test.ts'));
  });
});

function shell(moment: Parameters<typeof environmentAt>[0], expression: string): string {
  const inner = `console.log(${expression})`;
  const outer = `process.stdout.write(require('child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(inner)}]))`;
  const env = { ...process.env, ...environmentAt(moment) };
  return execFileSync(process.execPath, ['-e', outer], { encoding: 'utf8', env });
}
