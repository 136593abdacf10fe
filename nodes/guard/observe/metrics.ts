import {
  measuredNodes,
  watchWith,
  type CountName,
  type GaugeName,
  type Measure,
} from '../../shared/measures';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from '../../vendored/metrics';

const PREFIX = 'serial_kafka_mongo_';

/** From some 20 ms on a quiet machine to what an outage of an hour makes of it. */
const SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 600, 3_600];

const COUNTS: Record<CountName, string> = {
  serial_readings_total: 'Readings that serial-json-in has read',
  serial_rejected_lines_total: 'Lines that were no reading, by reason',
  produced_records_total: 'Records that the broker has acknowledged',
  refused_records_total: 'Records that the broker has refused, and that are kept apart',
  consumed_records_total: 'Records that kafka-consumer has handed to the flow',
  set_aside_records_total: 'Records that left by the second output, by reason; most have a dead letter',
  stored_readings_total: 'Readings that mongo-sink has inserted',
  already_stored_readings_total: 'Readings that came again and were there already',
  rejected_readings_total: 'Readings that can never be stored, by reason',
  store_retries_total: 'Times that mongo-sink has to wait for its database and try again',
};

const GAUGES: Record<GaugeName, string> = {
  outbox_records: 'Records that wait for the broker, or are being sent',
  outbox_bytes: 'Bytes of the records that wait for the broker',
  outbox_oldest_age_seconds: 'How long the oldest waiting record has waited; 0 where none waits',
  outbox_refused_records: 'Records kept apart since the broker has refused them',
  consumer_lag_records: 'Records behind the last confirmed one, by partition',
  consumer_unconfirmed_records: 'Records that the flow has and has not confirmed',
  consumer_overdue_records: 'Records that were not confirmed in time',
  consumer_assigned_partitions: 'Partitions that are assigned to this consumer',
  store_waiting_readings: 'Readings that wait to be stored',
};

/** Watches the nodes of this process, and tells what they count in Prometheus' text format. */
export class Metrics {
  private readonly ofProcess = new Registry();

  constructor() {
    // Event loop, memory, garbage collection, open files.
    collectDefaultMetrics({ register: this.ofProcess });
    const latency = new Histogram({
      name: `${PREFIX}line_to_stored_seconds`,
      help: 'From the reading of a line to its being stored',
      buckets: SECONDS,
      registers: [this.ofProcess],
    });
    watchWith({ stored: (seconds) => latency.observe(Math.max(0, seconds)) });
  }

  get contentType(): string {
    return this.ofProcess.contentType;
  }

  async text(): Promise<string> {
    const ofNodes = new Registry();
    const nodes = measuredNodes().map((node) => ({ node, ...node.all() }));
    const rows = (measures: readonly Measure[], node: { type: string; id: string }): Row[] =>
      measures.map((measure) => ({ ...measure, labels: { ...measure.labels, node: node.id } }));
    fill(
      COUNTS,
      Counter,
      nodes.flatMap(({ counts, node }) => rows(counts, node)),
      ofNodes,
    );
    fill(
      GAUGES,
      Gauge,
      nodes.flatMap(({ gauges, node }) => rows(gauges, node)),
      ofNodes,
    );
    return Registry.merge([this.ofProcess, ofNodes]).metrics();
  }
}

interface Row extends Measure {
  labels: Record<string, string>;
}

/** Labels that nothing but one metric has; the others are by node. */
function labelsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap(({ labels }) => Object.keys(labels)))];
}

function fill(
  helps: Record<string, string>,
  Metric: typeof Counter | typeof Gauge,
  rows: readonly Row[],
  register: Registry,
): void {
  for (const [name, help] of Object.entries(helps)) {
    const own = rows.filter((row) => row.name === name);
    const metric = new Metric({
      name: PREFIX + name,
      help,
      labelNames: own.length > 0 ? labelsOf(own) : ['node'],
      registers: [register],
    });
    for (const { labels, value } of own) metric.inc(labels, value);
  }
}
