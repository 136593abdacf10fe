import { createHash } from 'node:crypto';
import { Attempts } from './attempts';
import { nobodysHash } from './nobody';
import type { Compare } from './passwords';
import { isSame, Sessions } from './session';

/** Somebody who may open the pages. */
export interface User {
  username: string;
  /** bcrypt hash */
  password: string;
}

/** Who may open the pages, and how they show who they are. */
export interface LoginOptions {
  users: readonly User[];
  /** who may only look; a name that stands in both may only look */
  viewers?: readonly User[];
  compare: Compare;
  /** a secret that, in a link, stands for the password of the first of the users */
  signIn?: string | undefined;
}

/** What came of a request: it is a user's, with a session to hand out where it brought none; or it has to wait; or it is nobody's. */
export type Admission = { user: string; session?: string } | { waitSeconds: number } | { user: undefined };

/** Comparing takes long on purpose: one at a time, and only so many wait for it. */
const MOST_WAITING = 20;

/** Knows users by their password (HTTP's Basic scheme, RFC 7617), by their session, or by a link that signs in. */
export class Login {
  private readonly sessions = new Sessions();
  private readonly attempts = new Attempts();
  /** by user and digest of the password: what is being compared, for the many requests of one page */
  private readonly comparing = new Map<string, Promise<Admission>>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LoginOptions) {}

  /**
   * @param authorization the header of that name
   * @param session the value of the session's cookie
   * @param address where the request comes from
   */
  async admit(
    authorization: string | undefined,
    session: string | undefined,
    address: string,
  ): Promise<Admission> {
    const known = session === undefined ? undefined : this.sessions.userOf(session);
    if (known !== undefined) return { user: known };
    const given = readBasic(authorization);
    if (given === undefined) return { user: undefined };
    return this.admitPassword(given.username, given.password, address);
  }

  /** @returns whether it was handed out here, and has not ended */
  isSession(session: string): boolean {
    return this.sessions.userOf(session) !== undefined;
  }

  /** @returns whether a user may do more than look */
  isOwner(username: string): boolean {
    return !(this.options.viewers ?? []).some((viewer) => viewer.username === username);
  }

  /** @returns a session for who has the secret of the link, undefined for anybody else */
  admitLink(secret: string): { user: string; session: string } | undefined {
    const { signIn, users } = this.options;
    const user = users[0]?.username;
    if (signIn === undefined || user === undefined || !isSame(secret, signIn)) return undefined;
    return { user, session: this.sessions.open(user) };
  }

  private async admitPassword(username: string, password: string, address: string): Promise<Admission> {
    const key = createHash('sha256')
      .update(JSON.stringify([username, password, address]))
      .digest('hex');
    const same = this.comparing.get(key);
    if (same) return same;
    if (this.comparing.size >= MOST_WAITING) return { waitSeconds: 1 };
    const admission = this.compareInTurn(username, password, address);
    this.comparing.set(key, admission);
    try {
      return await admission;
    } finally {
      this.comparing.delete(key);
    }
  }

  private async compareInTurn(username: string, password: string, address: string): Promise<Admission> {
    const waitSeconds = await this.attempts.begin(address);
    if (waitSeconds !== undefined) return { waitSeconds };
    const user = this.options.users.find((one) => one.username === username);
    const before = this.turn;
    const comparison = before.then(() =>
      this.options.compare(password, user?.password ?? nobodysHash(this.options.users)),
    );
    this.turn = comparison.catch(() => undefined);
    if (!(await comparison) || user === undefined) return { user: undefined };
    await this.attempts.forgive(address);
    return { user: username, session: this.sessions.open(username) };
  }
}

function readBasic(header: string | undefined): { username: string; password: string } | undefined {
  const [, encoded] = /^basic +([\w+/=-]{1,4096}) *$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
