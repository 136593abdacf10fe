// mocha's spec reporter with one more line at the very end: "12 passed, 0 failed". Where FAILED_FILES names a file, the
// test files in which something failed are written there, one a line.
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

/** Milliseconds after the last test in which whatever it used should be closed. */
const CLOSING_MS = 10_000;

module.exports = class ClosingLine extends reporters.Spec {
  epilogue() {
    super.epilogue();
    const failed = new Set(this.failures.map(({ file, parent }) => file ?? parent.file));
    if (process.env.FAILED_FILES) writeFileSync(process.env.FAILED_FILES, [...failed].join('\n'));
    const { passes, failures, pending } = this.stats;
    console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`);
    // Not a reason for the process to stay; but if something else is, people should learn what it is.
    setTimeout(() => {
      const open = [...new Set(process.getActiveResourcesInfo())].join(', ');
      console.error(`the tests are over, but something they left open keeps the process running: ${open}`);
      process.exit(1);
    }, CLOSING_MS).unref();
  }
};
