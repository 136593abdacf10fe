import { isLocale } from './locale';

/**
 * Where the system has no language set, Chromium's `navigator.language` is no language tag (en-US@posix), and uPlot 1.6.32
 * throws while it is loaded: it makes a number format of it at once. The document then says what the first part of it is.
 * To be taken out once uPlot bears it.
 */
if (!isLocale(navigator.language)) {
  Object.defineProperty(navigator, 'language', {
    value: /^[a-z]{2,3}(-[A-Z]{2})?/.exec(navigator.language)?.[0] ?? 'en',
    configurable: true,
  });
}
