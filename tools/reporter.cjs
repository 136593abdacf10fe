// mocha's spec reporter with one more line at the very end: "12 passed, 0 failed". Where TEST_OUTCOMES names a file, the
// same is written there for each test file: {"test/x.test.ts": {"passed": ["x does y"], "failed": [], "skipped": []}}, where
// what was skipped has its reason after its title. What the file took, with what it prepares, is its "ms".
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

/** Milliseconds after the last test in which whatever it used should be closed. */
const CLOSING_MS = 10_000;

const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_SUITE_BEGIN, EVENT_SUITE_END } =
  Runner.constants;

/** Tests set other clocks. */
const { hrtime } = process;

module.exports = class ClosingLine extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    this.outcomes = {};
    let since;
    runner.on(EVENT_SUITE_BEGIN, ({ parent }) => {
      if (parent?.root) since = hrtime();
    });
    runner.on(EVENT_SUITE_END, (suite) => {
      if (!suite.parent?.root) return;
      const [seconds, nanoseconds] = hrtime(since);
      const outcome = this.of(suite);
      outcome.ms = (outcome.ms ?? 0) + Math.round(seconds * 1e3 + nanoseconds / 1e6);
    });
    runner.on(EVENT_TEST_PASS, (test) => this.of(test).passed.push(test.fullTitle()));
    runner.on(EVENT_TEST_FAIL, (test) => this.of(test).failed.push(test.fullTitle()));
    runner.on(EVENT_TEST_PENDING, (test) => {
      // See test/support/skip.ts.
      const why = test.skipReason ?? test.parent.skipReason ?? 'no reason given';
      this.of(test).skipped.push(`${test.fullTitle()}: ${why}`);
    });
  }

  of({ file, parent }) {
    return (this.outcomes[file ?? parent?.file] ??= { passed: [], failed: [], skipped: [] });
  }

  epilogue() {
    super.epilogue();
    if (process.env.TEST_OUTCOMES) writeFileSync(process.env.TEST_OUTCOMES, JSON.stringify(this.outcomes));
    const { passes, failures, pending } = this.stats;
    for (const test of Object.values(this.outcomes).flatMap(({ skipped }) => skipped))
      console.log(`skipped: ${test}`);
    console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`);
    // Not a reason for the process to stay; but if something else is, people should learn what it is.
    setTimeout(() => {
      const open = [...new Set(process.getActiveResourcesInfo())].join(', ');
      console.error(`the tests are over, but something they left open keeps the process running: ${open}`);
      process.exit(1);
    }, CLOSING_MS).unref();
  }
};
