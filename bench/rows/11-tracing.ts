import type { Traced } from '../contenders/traced';
import { inRounds, type Row } from '../support/row';

const WITHOUT = 'without the code for traces';
const OFF = 'no traces';
const ON = 'a trace with each reading';

/** What the W3C trace context costs a reading on its way from the bytes of a port to the message of kafka-consumer. */
export const tracingRow: Row = {
  row: 11,
  title: 'messages with and without a trace, for a second of a processor',
  async run(context) {
    const { workshop, plan } = context;
    const { measureMs } = plan;
    // Each in a process of its own: code that has seen both kinds of messages is made for both.
    const contender = async (program: string, trace: boolean) => {
      const { remote } = await workshop.program(program);
      return async () => {
        const measured = await remote.call<Traced>('again', { trace, measureMs });
        if (measured.traced !== (trace ? 1 : 0))
          throw new Error(`${program}: ${measured.traced} have a trace`);
        return measured;
      };
    };
    const series = await inRounds(context, 'messages/s', {
      [WITHOUT]: await contender('untraced', false),
      [OFF]: await contender('traced', false),
      [ON]: await contender('traced', true),
    });
    return {
      row: 11,
      title: this.title,
      series,
      goals: [
        { of: OFF, to: WITHOUT },
        { of: ON, to: OFF },
      ],
      notes: [
        'a line read, a record made and encoded, a batch decoded, a message made: all that these nodes do with a trace, without Kafka, Node-RED and the database',
        'by the time of the processor, in a process each',
      ],
    };
  },
};
