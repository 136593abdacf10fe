import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  ResourcePatternTypes,
  logLevel,
  type AclEntry,
  type Admin,
} from 'kafkajs';
import { KafkaCluster } from '../../stack/kafka/cluster';
import { makeCertificates, type Certificate, type Certificates } from './certificates';

/** Everybody's password. Tests look for it wherever it must not be. */
export const PASSWORD = 'no-one-may-see-this-password';

/** Users of the secured broker: what they may, they may with topics and groups whose names begin with `allowed-`. */
export const USERS = {
  /** reads, writes and makes topics, and reads as a member of groups */
  operator: 'operator',
  /** writes to topics and is a member of groups */
  writer: 'writer',
  /** reads topics, but is a member of no group */
  reader: 'reader',
  /** can sign in, and that is all */
  stranger: 'stranger',
} as const;

/** A listener of the secured broker, by what is special about it. */
export type SecuredListener = 'SIGNIN' | 'MUTUAL' | 'EXPIRED' | 'WRONGHOST';

type Right =
  'topic-read' | 'topic-write' | 'topic-create' | 'group-read' | 'group-describe' | 'cluster-describe';

const RIGHTS: Record<string, readonly Right[]> = {
  [USERS.operator]: ['topic-read', 'topic-write', 'topic-create', 'group-read'],
  [USERS.writer]: ['topic-write', 'group-read'],
  [USERS.reader]: ['topic-read'],
  // The name in the client's certificate.
  station: ['topic-read', 'topic-write', 'group-read'],
};

/** A real broker with passwords, certificates and access rights. */
export interface SecuredKafka {
  cluster: KafkaCluster;
  certificates: Certificates;
  /** where everything is allowed, without TLS: "127.0.0.1:port" */
  plain: string;
  /** where a listener is reached */
  at(listener: SecuredListener): string;
  /** Gives users their rights; the broker has to run. */
  grantRights(): Promise<void>;
  /** Gives one user one right more, to names that begin with this; of the cluster there is but one. */
  grant(user: string, right: Right, prefix: string): Promise<void>;
  /** Takes one such right away again. */
  revoke(user: string, right: Right, prefix: string): Promise<void>;
}

/**
 * Prepares a broker that speaks
 * - SIGNIN: TLS with SCRAM-SHA-256, SCRAM-SHA-512, PLAIN or OAUTHBEARER (unsigned tokens, signed in for 12 s at most)
 * - MUTUAL: TLS with the client's certificate, whose name is that of a user
 * - EXPIRED and WRONGHOST: TLS with a certificate that has ended, or is another host's
 * - and plain text, where everything is allowed.
 */
export async function prepareSecuredKafka(dir: string): Promise<SecuredKafka> {
  await mkdir(path.join(dir, 'certificates'));
  const certificates = await makeCertificates(path.join(dir, 'certificates'));
  const cluster = await KafkaCluster.prepare({
    dir: path.join(dir, 'kafka'),
    report: console.log,
    listeners: { SIGNIN: 'SASL_SSL', MUTUAL: 'SSL', EXPIRED: 'SSL', WRONGHOST: 'SSL' },
    scramUsers: Object.values(USERS).map((name) => ({ name, password: PASSWORD })),
    settings: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': certificates.ca,
      ...keyStore('signin', certificates.server),
      ...keyStore('mutual', certificates.server),
      ...keyStore('expired', certificates.expired),
      ...keyStore('wronghost', certificates.wrongHost),
      'listener.name.mutual.ssl.client.auth': 'required',
      // CN=station is called station, as a user with a password would be.
      'ssl.principal.mapping.rules': 'RULE:^CN=(.*?)$/$1/,DEFAULT',
      'listener.name.signin.sasl.enabled.mechanisms': 'SCRAM-SHA-256,SCRAM-SHA-512,PLAIN,OAUTHBEARER',
      'listener.name.signin.connections.max.reauth.ms': 12_000,
      ...signIn('scram-sha-256', 'scram.ScramLoginModule'),
      ...signIn('scram-sha-512', 'scram.ScramLoginModule'),
      ...signIn('plain', 'plain.PlainLoginModule', `user_${USERS.operator}="${PASSWORD}"`),
      ...signIn(
        'oauthbearer',
        'oauthbearer.OAuthBearerLoginModule',
        'unsecuredLoginStringClaim_sub="broker"',
      ),
    },
  });
  const grant = (rights: readonly Granted[]): Promise<void> => grantAll(cluster.bootstrap, rights);
  return {
    cluster,
    certificates,
    plain: cluster.bootstrap,
    at: (listener) => cluster.bootstrapOf(listener),
    grantRights: () =>
      grant(
        Object.entries(RIGHTS).flatMap(([user, rights]) =>
          rights.map((right) => ({ user, right, prefix: 'allowed-' })),
        ),
      ),
    grant: (user, right, prefix) => grant([{ user, right, prefix }]),
    revoke: (user, right, prefix) => revoke(cluster.bootstrap, { user, right, prefix }),
  };
}

interface Granted {
  user: string;
  right: Right;
  prefix: string;
}

const RESOURCES = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  cluster: AclResourceTypes.CLUSTER,
} as const;

/** The only name that a cluster has where rights to it are given. */
const CLUSTER = 'kafka-cluster';

const OPERATIONS = {
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
  create: AclOperationTypes.CREATE,
  describe: AclOperationTypes.DESCRIBE,
} as const;

async function grantAll(brokers: string, rights: readonly Granted[]): Promise<void> {
  await withAdmin(brokers, (admin) => admin.createAcls({ acl: rights.map(entryOf) }));
}

async function revoke(brokers: string, right: Granted): Promise<void> {
  await withAdmin(brokers, (admin) => admin.deleteAcls({ filters: [entryOf(right)] }));
}

async function withAdmin(brokers: string, act: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await act(admin);
  await admin.disconnect();
}

function entryOf({ user, right, prefix }: Granted): AclEntry {
  const [resource, operation] = right.split('-') as [keyof typeof RESOURCES, keyof typeof OPERATIONS];
  const isCluster = resource === 'cluster';
  return {
    principal: `User:${user}`,
    host: '*',
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: RESOURCES[resource],
    resourceName: isCluster ? CLUSTER : prefix,
    resourcePatternType: isCluster ? ResourcePatternTypes.LITERAL : ResourcePatternTypes.PREFIXED,
    operation: OPERATIONS[operation],
  };
}

function keyStore(listener: string, { keyStore: file }: Certificate): Record<string, string> {
  const prefix = `listener.name.${listener}.ssl.keystore`;
  return { [`${prefix}.type`]: 'PEM', [`${prefix}.location`]: file };
}

function signIn(mechanism: string, module: string, options = ''): Record<string, string> {
  const jaas = `org.apache.kafka.common.security.${module} required ${options}`.trimEnd();
  return { [`listener.name.signin.${mechanism}.sasl.jaas.config`]: `${jaas};` };
}
