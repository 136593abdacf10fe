// mocha's spec reporter with one more line at the very end: "12 passed, 0 failed". Where TEST_COUNTS names a file, the
// same is written there for each test file: {"test/x.test.ts": {"passed": 12, "failed": 0, "skipped": 0, "why": []}}.
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

/** Milliseconds after the last test in which whatever it used should be closed. */
const CLOSING_MS = 10_000;

const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING } = Runner.constants;

module.exports = class ClosingLine extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    this.counts = {};
    runner.on(EVENT_TEST_PASS, (test) => this.count(test, 'passed'));
    runner.on(EVENT_TEST_FAIL, (test) => this.count(test, 'failed'));
    runner.on(EVENT_TEST_PENDING, (test) => {
      // See test/support/skip.ts.
      const why = `skipped: ${test.fullTitle()}: ${test.skipReason ?? test.parent.skipReason ?? 'no reason given'}`;
      this.count(test, 'skipped').why.push(why);
    });
  }

  count({ file, parent }, outcome) {
    const counts = (this.counts[file ?? parent.file] ??= { passed: 0, failed: 0, skipped: 0, why: [] });
    counts[outcome]++;
    return counts;
  }

  epilogue() {
    super.epilogue();
    if (process.env.TEST_COUNTS) writeFileSync(process.env.TEST_COUNTS, JSON.stringify(this.counts));
    const { passes, failures, pending } = this.stats;
    for (const line of Object.values(this.counts).flatMap(({ why }) => why)) console.log(line);
    console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`);
    // Not a reason for the process to stay; but if something else is, people should learn what it is.
    setTimeout(() => {
      const open = [...new Set(process.getActiveResourcesInfo())].join(', ');
      console.error(`the tests are over, but something they left open keeps the process running: ${open}`);
      process.exit(1);
    }, CLOSING_MS).unref();
  }
};
