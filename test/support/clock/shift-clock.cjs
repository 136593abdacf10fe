/** Moves this process's clock by so many milliseconds. Returns what sets it right again. */
exports.shiftClock = function (milliseconds) {
  const RealDate = Date;
  const realNow = RealDate.now;
  // A property as before: a test that puts a clock of its own in its place finds it used.
  RealDate.now = () => realNow() + milliseconds;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [target.now()] : args, newTarget),
    apply: (target) => new target(target.now()).toString(),
  });
  RealDate.prototype.constructor = globalThis.Date;
  return () => {
    RealDate.now = realNow;
    globalThis.Date = RealDate;
    RealDate.prototype.constructor = RealDate;
  };
};
