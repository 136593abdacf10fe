import type { Decoded } from '../contenders/decoder';
import { inRounds, type Row } from '../support/row';

const THEIRS = "kafkajs's own decoder";
const OURS = 'the decoder of kafka-cluster';
const THEIRS_GZIP = `${THEIRS}, gzip`;
const OURS_GZIP = `${OURS}, gzip`;

/** Records a second, out of the bytes that a fetch has brought. */
export const decoderRow: Row = {
  row: 10,
  title: 'records decoded, a second',
  async run(context) {
    const { workshop, plan } = context;
    const { measureMs } = plan;
    const { remote } = await workshop.program('decoder');
    const decode = (who: 'ours' | 'theirs', packed: boolean) => () =>
      remote.call<Decoded>(who, { packed, measureMs });
    const series = await inRounds(context, 'records/s', {
      [THEIRS]: decode('theirs', false),
      [OURS]: decode('ours', false),
      [THEIRS_GZIP]: decode('theirs', true),
      [OURS_GZIP]: decode('ours', true),
    });
    return {
      row: 10,
      title: this.title,
      series,
      goals: [
        { of: OURS, to: THEIRS },
        { of: OURS_GZIP, to: THEIRS_GZIP },
      ],
      notes: [
        '4 batches of 500 readings with a key and one header, the same bytes for both, in one process',
        "the decoder of kafka-cluster compares each batch's checksum and holds each number against what can be true; kafkajs's own does neither",
      ],
    };
  },
};
