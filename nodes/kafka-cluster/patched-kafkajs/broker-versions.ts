import { KafkaError } from '../errors';

/*
 * Which versions of which requests a broker takes is the first thing that a client asks it. kafkajs then goes as high as
 * both can, and no higher: to a broker that is too old it sends what it never was tried with, which fails somewhere later.
 */

/** A request without which nothing here is read or written. */
interface Needed {
  apiKey: number;
  name: string;
  /** the versions that this package speaks */
  least: number;
  most: number;
  /** the Kafka that has the first of them */
  since: string;
}

/** By Kafka's numbers. Records have their present form (headers, sequence numbers) since 0.11. */
const NEEDED: readonly Needed[] = [
  { apiKey: 0, name: 'Produce', least: 3, most: 7, since: '0.11' },
  { apiKey: 1, name: 'Fetch', least: 4, most: 11, since: '0.11' },
  { apiKey: 2, name: 'ListOffsets', least: 1, most: 3, since: '0.10.1' },
  { apiKey: 3, name: 'Metadata', least: 1, most: 6, since: '0.10' },
  { apiKey: 8, name: 'OffsetCommit', least: 2, most: 5, since: '0.9' },
  { apiKey: 9, name: 'OffsetFetch', least: 2, most: 4, since: '0.10.2' },
];

/** What a broker takes, by the number of each request. */
type OfferedVersions = Readonly<Record<number, { minVersion: number; maxVersion: number } | undefined>>;

/** @returns what is wrong with a broker that takes these; undefined where it will do */
export function versionProblem(broker: string, offered: OfferedVersions): KafkaError | undefined {
  for (const { apiKey, name: request, least, most, since } of NEEDED) {
    const { minVersion, maxVersion } = offered[apiKey] ?? {};
    if (minVersion === undefined || maxVersion === undefined)
      return problem('request-missing', { broker, request });
    if (maxVersion < least)
      return problem('broker-too-old', { broker, request, offered: maxVersion, needed: least, since });
    if (minVersion > most)
      return problem('broker-too-new', { broker, request, offered: minVersion, spoken: most });
  }
  return undefined;
}

function problem(text: string, params: ConstructorParameters<typeof KafkaError>[1]): KafkaError {
  return new KafkaError('broker-version', params, { text });
}

/** A connection of kafkajs to a broker. */
export interface AskedForVersions {
  /** "host:port" */
  readonly brokerAddress: string;
  /** what it takes; at first what the broker takes that has named it, and of the first one nothing */
  versions: OfferedVersions | null;
  isConnected: (this: AskedForVersions) => boolean;
  connect: (this: AskedForVersions) => Promise<void>;
  /** asked once, right after connecting and before signing in, while there are no versions */
  apiVersions: (this: AskedForVersions) => Promise<OfferedVersions>;
}

/**
 * Lets a connection to a broker that does not take what is needed fail, and say so, before anything else is asked. Each
 * broker is asked for itself: kafkajs takes all to be like the first one, which they are not while a cluster is updated.
 */
export function refuseUnfitBrokers(prototype: AskedForVersions): void {
  const { apiVersions, connect, isConnected } = prototype;
  const begun = new WeakSet<AskedForVersions>();
  const ready = new WeakSet<AskedForVersions>();
  prototype.connect = async function (this: AskedForVersions) {
    if (!begun.has(this)) this.versions = null;
    begun.add(this);
    await connect.call(this);
    ready.add(this);
  };
  // Whoever finds it connected asks at once, and can't before its versions are known.
  prototype.isConnected = function (this: AskedForVersions) {
    return ready.has(this) && isConnected.call(this);
  };
  prototype.apiVersions = async function (this: AskedForVersions) {
    const offered = await apiVersions.call(this);
    const unfit = versionProblem(this.brokerAddress, offered);
    if (unfit) throw unfit;
    return offered;
  };
}
