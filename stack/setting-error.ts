/** A setting that cannot be used, told with its variable. */
export class SettingError extends Error {
  constructor(
    readonly variable: string,
    problem: string,
    options?: { cause?: unknown },
  ) {
    super(`${variable}: ${problem}`, options);
    this.name = 'SettingError';
  }
}
