import { parseArgs } from 'node:util';
import { MongoConnection } from '../nodes/mongo-database/client';
import { connectionSettings } from '../nodes/mongo-database/settings';
import { COPIED, KINDS, type Kind } from '../nodes/mongo-sink/take-in/kinds';
import { takeIn, type TakeInProgress } from '../nodes/mongo-sink/take-in/take-in';
import { within } from '../nodes/shared/time-limit';
import { Zone } from '../nodes/shared/zone';

const USAGE = `npm run backfill -- [--uri URI] [--database datos] [--apply]

Looks at what other programs have stored in the collection of readings, and says how much of it the pages do not show,
and why. Nothing is changed without --apply, and nothing is deleted without --replace.

  --uri URI            of the database; MONGODB_URI, or the one of npm start, when absent
  --database datos     its name; --collection datos and --nodes-collection nodos likewise
  --zone America/Bogota  by whose clocks fecha and hora are meant, and a ts without a zone; this machine's when absent
  --apply              stores a copy that is shown of each that is not, lists the nodes, marks the hours for the summaries
  --replace            with --apply: deletes each document once its copy is stored
  --help               this text

It can be ended at any time and run again: what was stored is found, and nothing is doubled.`;

const MEANING: Record<Kind, string> = {
  ours: 'shown',
  original: 'shown; --apply lists their nodes and has their hours summarised',
  otherId: 'not shown: the _id is no ObjectId',
  otherTime: 'not shown: ts is not the time of the _id',
  restored:
    'shown at the time of the _id, not of fecha or of a ts that is no date; only --apply --replace changes that',
  numericNodo: 'not shown: nodo is a number',
  noNodo: "can't be taken in: no nodo, or one of more than 256 characters",
  noTime: "can't be taken in: no time that can be read",
};

/** Takes in what other programs have stored; without `--apply` it only looks. */
async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      uri: { type: 'string', default: process.env.MONGODB_URI ?? 'mongodb://127.0.0.1:27017' },
      database: { type: 'string', default: 'datos' },
      collection: { type: 'string', default: 'datos' },
      'nodes-collection': { type: 'string', default: 'nodos' },
      zone: { type: 'string' },
      apply: { type: 'boolean', default: false },
      replace: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  if (values.replace && !values.apply) throw new Error('--replace goes with --apply alone');
  const zone = values.zone === undefined ? Zone.own() : Zone.named(values.zone);
  if (!zone) throw new Error(`--zone ${values.zone}: there is no such time zone`);
  const { uri, database, collection, apply, replace } = values;
  const connection = new MongoConnection(connectionSettings({ uri, database }), (error) =>
    console.error(error.message),
  );
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () =>
      ended.abort(new Error('ended; what was stored stays, and another run goes on')),
    );
  const lease = connection.acquire(() => undefined);
  try {
    const db = await within(CONNECT_MS, ended.signal, (signal) => lease.db(signal));
    console.log(
      `${apply ? 'taking in' : 'looking at'} ${db.databaseName}.${collection}, clocks of ${zone.name}`,
    );
    const nodesCollection = values['nodes-collection'];
    const options = { db, collection, nodesCollection, zone, apply, replace };
    const onProgress = ({ looked, stored }: TakeInProgress): void =>
      console.log(`  looked at ${looked}, stored ${stored}`);
    report(await takeIn({ ...options, onProgress }, ended.signal), apply);
  } finally {
    lease.release();
    await connection.close();
  }
}

const CONNECT_MS = 15_000;

function report({ kinds, thereAlready, expired, stored, removed }: TakeInProgress, apply: boolean): void {
  for (const kind of KINDS)
    if (kinds[kind] > 0) console.log(`${String(kinds[kind]).padStart(10)}  ${MEANING[kind]}`);
  if (expired > 0)
    console.log(`${expired} of them are older than readings are kept (retention), and are left as they are`);
  const copied = KINDS.reduce((sum, kind) => sum + (COPIED.has(kind) ? kinds[kind] : 0), 0);
  console.log(
    apply
      ? `${stored} copies stored, ${thereAlready} were there, ${removed} documents deleted`
      : `of ${copied} that are not shown, or not where they belong, ${thereAlready} have a copy that is; nothing was changed`,
  );
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
