// Lets a process and those that it starts live at another moment: node --require this file, with CLOCK_AT as an ISO time.
// Their clock shows that time at the start of the first of them and goes on from there at the usual pace. (What the file
// system says of its files stays as it is; the zone is the variable TZ.)
const RealDate = Date;
const realNow = RealDate.now;

// A program that is started with variables of its own lives now.
if (process.env.CLOCK_AT)
  process.env.CLOCK_SHIFT ??= String(RealDate.parse(process.env.CLOCK_AT) - realNow());
const shift = Number(process.env.CLOCK_SHIFT ?? 0);
if (!Number.isFinite(shift)) throw new Error(`CLOCK_AT is no time: ${process.env.CLOCK_AT}`);

// A property as before: a test that puts a clock of its own in its place finds it used.
RealDate.now = () => realNow() + shift;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [target.now()] : args, newTarget),
  apply: (target) => new target(target.now()).toString(),
});
RealDate.prototype.constructor = globalThis.Date;
