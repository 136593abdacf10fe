import type { Parsed } from '../contenders/serial';
import { inRounds, type Row } from '../support/row';

const BARE = 'bare ReadlineParser + JSON.parse';
const OURS = 'serial-json-in';
const BARE_GARBAGE = `${BARE}, half garbage`;
const OURS_GARBAGE = `${OURS}, half garbage`;

/** Lines a second, from a port's bytes to a reading. */
export const serialRow: Row = {
  row: 5,
  title: 'serial lines parsed, a second',
  async run(context) {
    const { workshop, plan } = context;
    const { measureMs } = plan;
    const { remote } = await workshop.program('serial');
    const missed: Record<'ours' | 'bare', number> = { ours: 0, bare: 0 };
    const parse = (who: 'ours' | 'bare', garbage: boolean) => async () => {
      const parsed = await remote.call<Parsed>(who, { garbage, measureMs });
      missed[who] = Math.max(missed[who], parsed.missed);
      return parsed;
    };
    const series = await inRounds(context, 'lines/s', {
      [BARE]: parse('bare', false),
      [OURS]: parse('ours', false),
      [BARE_GARBAGE]: parse('bare', true),
      [OURS_GARBAGE]: parse('ours', true),
    });
    return {
      row: 5,
      title: this.title,
      series,
      goals: [
        { of: OURS, to: BARE, atLeast: 0.7 },
        { of: OURS_GARBAGE, to: BARE_GARBAGE, atLeast: 0.7 },
      ],
      notes: [
        'chunks of 4 KB, in one process each, without the port itself',
        'with garbage: a stream of 16 MB, half of it random bytes',
        `good lines not found: serial-json-in ${percent(missed.ours)}, ReadlineParser ${percent(missed.bare)} (half a character at the end of garbage spoils its next line)`,
      ],
    };
  },
};

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
