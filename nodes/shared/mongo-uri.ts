/**
 * Takes a MongoDB connection string apart, also where user and password stand in it as they are: a `@`, `/`, `?` or `#`
 * in them makes of the rest what it is not for whoever reads strictly. The dialog uses this too, so it imports nothing.
 */

/** A connection string without its user. */
export interface MongoUri {
  /** what stood there, without user and password; `@` in the options' values is encoded */
  uri: string;
  /** decoded; '' where there is none */
  username: string;
  password: string;
}

/** Why one can't be used: no such thing; or a password that is encoded in part, so that nobody can know what it is. */
export type UriProblem = 'uri-form' | 'uri-half-encoded';

const SCHEME = /^mongodb(?:\+srv)?:\/\//;

/** A name, an IPv6 address, or the encoded path of a socket; a variable that is still to be put in. */
const HOST = /^(?:\[[0-9a-fA-F:.%]+\]|[^\s:,/?#@[\]]+)(?::\d*)?$/;
const DATABASE = /^[^\s/?#@]*$/;

/** Of MongoDB's manual, "Connection String Options", and of its driver for Node.js. */
const OPTIONS: ReadonlySet<string> = new Set(
  (
    'appname authmechanism authmechanismproperties authsource compressors connecttimeoutms directconnection enableutf8validation ' +
    'forceserverobjectid gssapiservicename heartbeatfrequencyms j journal loadbalanced localthresholdms maxconnecting ' +
    'maxidletimems maxpoolsize maxstalenessseconds minheartbeatfrequencyms minpoolsize monitorcommands nodelay proxyhost ' +
    'proxypassword proxyport proxyusername readconcern readconcernlevel readpreference readpreferencetags replicaset ' +
    'retryreads retrywrites servermonitoringmode serverselectiontimeoutms sockettimeoutms srvmaxhosts srvservicename ' +
    'srvallowedhostssuffix ssl timeoutms tls tlsallowinvalidcertificates tlsallowinvalidhostnames tlscafile ' +
    'tlscertificatekeyfile tlscertificatekeyfilepassword tlscrlfile tlsdisablecertificaterevocationcheck ' +
    'tlsdisableocspendpointcheck tlsinsecure uuidrepresentation w waitqueuemultiple waitqueuetimeoutms wtimeout wtimeoutms ' +
    'zlibcompressionlevel'
  ).split(' '),
);
const ANY_OPTION = /^[A-Za-z][A-Za-z0-9_]*$/;

/** @returns undefined where the text does not begin as a connection string does */
export function parseMongoUri(text: string): MongoUri | { problem: UriProblem } | undefined {
  const [scheme] = SCHEME.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  const rest = text.slice(scheme.length);
  // Nothing in it can be a password: the driver says better what is wrong with it.
  if (!rest.includes('@')) return { uri: text, username: '', password: '' };
  const at =
    endOfUser(rest, (name) => OPTIONS.has(name.toLowerCase())) ??
    endOfUser(rest, (name) => ANY_OPTION.test(name));
  if (at === undefined) return { problem: 'uri-form' };
  const uri = scheme + encodedOptions(rest.slice(at + 1));
  if (at < 0) return { uri, username: '', password: '' };
  const [username = '', ...others] = rest.slice(0, at).split(':');
  const [user, password] = [decode(username), decode(others.join(':'))];
  if (user === undefined || password === undefined) return { problem: 'uri-half-encoded' };
  return { uri, username: user, password };
}

/**
 * @param isOption whether an option may have this name
 * @returns where the first `@` stands behind which hosts, database and options follow and nothing else; -1 where they
 *   begin the text; undefined where they are nowhere
 */
function endOfUser(rest: string, isOption: (name: string) => boolean): number | undefined {
  for (let at = -1; ;) {
    if (isAddress(rest.slice(at + 1), isOption)) return at;
    at = rest.indexOf('@', at + 1);
    if (at < 0) return undefined;
  }
}

function isAddress(text: string, isOption: (name: string) => boolean): boolean {
  const { hosts, database, options } = partsOf(text);
  return (
    hosts.split(',').every((host) => HOST.test(host)) &&
    DATABASE.test(database) &&
    options.every((option) => option === '' || (option.includes('=') && isOption(nameOf(option))))
  );
}

/** Of `hosts/database?options`. */
function partsOf(text: string): { hosts: string; database: string; options: string[] } {
  const question = text.indexOf('?');
  const place = question < 0 ? text : text.slice(0, question);
  const slash = place.indexOf('/');
  return {
    hosts: slash < 0 ? place : place.slice(0, slash),
    database: slash < 0 ? '' : place.slice(slash + 1),
    options: question < 0 ? [] : text.slice(question + 1).split('&'),
  };
}

function nameOf(option: string): string {
  return option.slice(0, option.indexOf('='));
}

/** An `@` in the value of an option, as in those that Azure shows, would be taken for the end of a password. */
function encodedOptions(text: string): string {
  const question = text.indexOf('?');
  return question < 0
    ? text
    : text.slice(0, question) + text.slice(question).replaceAll('@', '%40').replaceAll('#', '%23');
}

/** @returns undefined where some of it is encoded and some is not, though it would have to be */
function decode(text: string): string | undefined {
  const isRaw = /[@/?#]/.test(text);
  const decoded = percentDecoded(text);
  if (decoded === undefined || decoded === text) return text;
  return isRaw ? undefined : decoded;
}

/** @returns undefined where a % stands in it that encodes nothing: then nothing in it is encoded */
function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
