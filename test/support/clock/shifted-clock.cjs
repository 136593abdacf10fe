// Lets a process and those that it starts live at another moment: node --require this file, with CLOCK_AT as an ISO time.
// Their clock shows that time at the start of the first of them and goes on from there at the usual pace. (What the file
// system says of its files stays as it is; the zone is the variable TZ.)
const { shiftClock } = require('./shift-clock.cjs');

// A program that is started with variables of its own lives now.
if (process.env.CLOCK_AT) process.env.CLOCK_SHIFT ??= String(Date.parse(process.env.CLOCK_AT) - Date.now());
const shift = Number(process.env.CLOCK_SHIFT ?? 0);
if (!Number.isFinite(shift)) throw new Error(`CLOCK_AT is no time: ${process.env.CLOCK_AT}`);
shiftClock(shift);
