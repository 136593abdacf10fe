import path from 'node:path';
import { installOnce } from '../../../stack/install-once';
import { CACHE } from '../../../stack/paths';
import { run } from '../../../stack/process/run';
import { functionNode, reporting, reportReadings, readings, tab } from './flow';
import type { PipelineOptions } from './pipeline';

/** The best-used nodes for Kafka and MongoDB that are not ours, as of November 2026. */
const PEERS = { 'node-red-contrib-kafkajs': '0.0.7', 'node-red-contrib-mongodb4': '3.4.0' };

export const PEER_NAMES = Object.entries(PEERS)
  .map(([name, version]) => `${name} ${version}`)
  .join(' + ');

/** Fetches the peers with npm where they are missing. @returns the same pipeline as ours, made of their nodes */
export async function peerFlows(): Promise<NonNullable<PipelineOptions['flows']>> {
  const folder = path.join(CACHE, 'peers');
  await installOnce(folder, async (partial) => {
    const wanted = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
    await run('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--prefix',
      partial,
      ...wanted,
    ]);
  });
  return {
    packages: Object.keys(PEERS).map((name) => path.join(folder, 'node_modules', name)),
    config: ({ brokers, databaseUri, databaseName }) => [
      {
        id: 'cluster',
        type: 'kafkajs-client',
        brokers,
        clientid: 'faults',
        connectiontimeout: 3000,
        requesttimeout: 25000,
        auth: 'none',
        loglevel: 'error',
      },
      {
        id: 'database',
        type: 'mongodb4-client',
        uriTabActive: 'tab-uri-advanced',
        uri: databaseUri,
        dbName: databaseName,
        advanced: '{}',
      },
    ],
    edge: ({ topic }, ports) =>
      tab('edge', [
        ...readings(ports, 'text'),
        // The producer takes text; the reading stays beside it for the reports. It never says done, so that a reading
        // counts as accepted when it is handed over.
        {
          ...functionNode(
            'text',
            'msg.reading = msg.payload; msg.payload = JSON.stringify(msg.payload); return msg;',
          ),
          wires: [['producer', 'done']],
        },
        {
          id: 'producer',
          type: 'kafkajs-producer',
          client: 'cluster',
          topic,
          acknowledge: 'all',
          headeritems: {},
        },
        { ...reportReadings('done', 'done'), wires: [['edge-reports']] },
        ...reporting('edge', ports, ['producer']),
      ]),
    server: ({ topic, groupId }, ports) =>
      tab('server', [
        {
          id: 'consumer',
          type: 'kafkajs-consumer',
          client: 'cluster',
          groupid: groupId,
          topic,
          // The dialog's own values, save frombeginning: without it a new group skips what is already there.
          advancedoptions: true,
          frombeginning: true,
          autocommitinterval: 5000,
          autocommitthreshold: 100,
          sessiontimeout: 30000,
          rebalancetimeout: 60000,
          heartbeatinterval: 3000,
          metadatamaxage: 300000,
          maxbytesperpartition: 1048576,
          minbytes: 1,
          maxbytes: 10485760,
          maxwaittimeinms: 5000,
          wires: [['document']],
        },
        {
          ...functionNode(
            'document',
            'const reading = JSON.parse(msg.payload.value); return { reading, payload: [{ ...reading }] };',
          ),
          wires: [['sink']],
        },
        {
          id: 'sink',
          type: 'mongodb4',
          clientNode: 'database',
          mode: 'collection',
          collection: 'datos',
          operation: 'insertOne',
          output: 'toArray',
          maxTimeMS: '0',
          wires: [['stored']],
        },
        { ...reportReadings('stored', 'stored'), wires: [['server-reports']] },
        ...reporting('server', ports, ['consumer', 'sink']),
      ]),
  };
}
