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
const HOST = /^(?:\[[0-9a-fA-F:.%]+\]|[^\s:,/?#@[\]]+)(?::(\d*))?$/;
const MAX_PORT = 65_535;
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
/** Those of which the value may be any text: elsewhere an `@` belongs to the password of whom stands before it. */
const ANY_TEXT = /^(?:appname|authmechanismproperties|proxyusername|.*password|.*file)$/i;
/** Those of which the value is nobody's business. */
const SECRET = /^(?:authmechanismproperties|.*password)$/i;
const ANY_OPTION = /^[A-Za-z][A-Za-z0-9_]*$/;

/** @returns undefined where the text does not begin as a connection string does */
export function parseMongoUri(text: string): MongoUri | { problem: UriProblem } | undefined {
  const [scheme] = SCHEME.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  const rest = text.slice(scheme.length);
  // Where hosts stand, nothing in it can be a password: the driver says better what is wrong with the rest.
  if (!rest.includes('@'))
    return areHosts(partsOf(rest).hosts)
      ? { uri: text, username: '', password: '' }
      : { problem: 'uri-form' };
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
    areHosts(hosts) &&
    DATABASE.test(database) &&
    options.every((option) => option === '' || (isOption(nameOf(option)) && hasPlausibleValue(option)))
  );
}

function areHosts(text: string): boolean {
  return text.split(',').every((host) => {
    const match = HOST.exec(host);
    return match !== null && Number(match[1] ?? 0) <= MAX_PORT;
  });
}

function hasPlausibleValue(option: string): boolean {
  return option.includes('=') && (!option.includes('@') || ANY_TEXT.test(nameOf(option)));
}

/** @returns the names of a connection string's options, in lower case */
export function optionNames(uri: string): Set<string> {
  return new Set(partsOf(uri).options.map((option) => nameOf(option).toLowerCase()));
}

/** @returns the connection string without what its options hold of secrets; a variable that is to be put in stays */
export function withoutSecrets(uri: string): string {
  const question = uri.indexOf('?');
  if (question < 0) return uri;
  const shown = partsOf(uri).options.map((option) =>
    SECRET.test(nameOf(option)) && !/=\$\{[^}]+\}$/.test(option) ? `${nameOf(option)}=…` : option,
  );
  return `${uri.slice(0, question)}?${shown.join('&')}`;
}

/** @returns what its options hold of secrets, as it stands there and decoded; of several properties in one each */
export function secretValuesIn(uri: string): string[] {
  const values = partsOf(uri).options.flatMap((option) => {
    const name = nameOf(option);
    if (!SECRET.test(name)) return [];
    const value = option.slice(name.length + 1);
    return [value, ...value.split(',').map((each) => each.slice(each.indexOf(':') + 1))];
  });
  return values.flatMap((value) => [value, percentDecoded(value) ?? '']).filter((value) => value !== '');
}

/** A password, or a part of one, that stands among the options as it is. */
const PLAIN_SECRET = /^(?:[^=]*password=(?!\$\{).+|authmechanismproperties=.*aws_session_token:.*)$/i;

/** @returns the name of an option whose value is a secret and stands there as it is; undefined where there is none */
export function plainSecretIn(uri: string): string | undefined {
  const option = partsOf(uri).options.find((each) => PLAIN_SECRET.test(each));
  return option === undefined ? undefined : nameOf(option);
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
  return option.split('=', 1)[0] ?? '';
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
