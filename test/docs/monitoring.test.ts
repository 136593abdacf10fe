import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Metrics } from '../../nodes/guard/observe/metrics';
import { ROOT } from '../../stack/paths';
import { promtool } from '../../tools/promtool';
import { skip } from '../support/skip';

const MONITORING = path.join(ROOT, 'docs/monitoring');

/** Those of Prometheus itself, which no application tells. */
const OF_PROMETHEUS = ['up'];
const METRIC = /\b(?:serial_kafka_mongo|nodejs|process)_\w+\b/g;

interface Dashboard {
  panels: { title: string; targets?: { expr: string }[] }[];
}

describe('docs/monitoring', () => {
  let told: Set<string>;

  before(async () => {
    const text = await new Metrics().text();
    const names = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', kind]) =>
      kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    );
    told = new Set([...names, ...OF_PROMETHEUS]);
  });

  function unknownIn(expressions: readonly string[]): string[] {
    return expressions.flatMap((text) => text.match(METRIC) ?? []).filter((name) => !told.has(name));
  }

  it('alerts by what is really told', () => {
    const rules = readFileSync(path.join(MONITORING, 'alerts.yml'), 'utf8');
    assert.ok((rules.match(METRIC) ?? []).length > 8);
    assert.deepEqual(unknownIn([rules]), []);
  });

  it('draws what is really told', () => {
    const { panels } = JSON.parse(
      readFileSync(path.join(MONITORING, 'grafana-dashboard.json'), 'utf8'),
    ) as Dashboard;
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    assert.ok(expressions.length > 8);
    assert.deepEqual(unknownIn(expressions), []);
  });

  describe("by Prometheus' own judgement", () => {
    let program: string;

    before(async function () {
      this.timeout(120_000);
      const found = await promtool(console.log);
      if (typeof found !== 'string') return skip(this, found.missing);
      program = found;
    });

    for (const [what, ...args] of [
      ['has rules that it takes', 'check', 'rules', 'alerts.yml'],
      ['has a configuration that it takes', 'check', 'config', 'prometheus.yml'],
      ['alerts when it should, and not before', 'test', 'rules', 'alerts.test.yml'],
    ] as const) {
      it(what, () => {
        assert.doesNotThrow(() => execFileSync(program, args, { cwd: MONITORING, stdio: 'pipe' }), String);
      });
    }
  });
});
