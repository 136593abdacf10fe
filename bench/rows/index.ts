import type { Row } from '../support/row';
import { producerRow } from './1-producer';
import { sinkRow } from './2-sink';
import { pipelineRow } from './3-pipeline';
import { latencyRow } from './4-latency';
import { serialRow } from './5-serial';
import { idleRow } from './6-start-idle';
import { growthRow } from './7-growth';
import { rivalProducersRow } from './8-rival-producers';
import { connectRow } from './9-connect';
import { decoderRow } from './10-decoder';
import { tracingRow } from './11-tracing';

/** In the order in which they run. */
export const ROWS: readonly Row[] = [
  producerRow,
  sinkRow,
  pipelineRow,
  latencyRow,
  serialRow,
  idleRow,
  growthRow,
  rivalProducersRow,
  connectRow,
  decoderRow,
  tracingRow,
];
