import { BenchError } from './errors';
import { randomAt } from './random';

/** A value over time. */
export type Signal = (seconds: number, seed: number) => number;

const TERM = /^([a-z]+)\(([^()]*)\)$/;

/** What can stand for a number, with its arguments. */
const FORMS: Record<string, { args: string[]; make: (args: number[]) => Signal }> = {
  ramp: {
    args: ['from', 'to', 'seconds'],
    make: ([from = 0, to = 0, seconds = 1]) => {
      return (t) => from + (to - from) * Math.min(1, Math.max(0, t / seconds));
    },
  },
  sine: {
    args: ['middle', 'swing', 'seconds'],
    make: ([middle = 0, swing = 0, seconds = 1]) => {
      return (t) => middle + swing * Math.sin((2 * Math.PI * t) / seconds);
    },
  },
  noise: {
    args: ['most'],
    make: ([most = 0]) => {
      return (t, seed) => most * (2 * randomAt(seed, Math.floor(t)) - 1);
    },
  },
};

/**
 * Reads a value that may change over time: numbers, `ramp(from,to,seconds)`, `sine(middle,swing,seconds)` and
 * `noise(most)` (another one each second, between -most and most), added up by `+`.
 * @returns undefined for what is a mere number, or none of this
 * @throws BenchError naming what is wrong
 */
export function parseSignal(text: string): Signal | undefined {
  if (!text.includes('(')) return undefined;
  const terms = text.split(/\+(?![^(]*\))/).map(parseTerm);
  return (t, seed) => terms.reduce((sum, term, index) => sum + term(t, seed + index), 0);
}

function parseTerm(text: string): Signal {
  const constant = Number(text);
  if (text !== '' && Number.isFinite(constant)) return () => constant;
  const [, name = '', list = ''] = TERM.exec(text) ?? [];
  const form = FORMS[name];
  if (form === undefined) {
    throw new BenchError(`${JSON.stringify(text)} is none of a number, ${known()}`);
  }
  const args = list.split(',').map(Number);
  const seconds = form.args.indexOf('seconds');
  if (args.length !== form.args.length || !args.every(Number.isFinite) || (args[seconds] ?? 1) <= 0) {
    throw new BenchError(`${JSON.stringify(text)} is not ${name}(${form.args.join(',')}) with numbers`);
  }
  return form.make(args);
}

function known(): string {
  return Object.entries(FORMS)
    .map(([name, { args }]) => `${name}(${args.join(',')})`)
    .join(', ');
}
