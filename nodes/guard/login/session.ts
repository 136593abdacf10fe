import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { HOUR_MS } from '../../shared/durations';

const LIFETIME_MS = 12 * HOUR_MS;

/**
 * Tells who has logged in once, so that not every request has to bring the password. What is handed out is signed with a
 * secret of this process: nothing is kept, and a restart ends all sessions.
 */
export class Sessions {
  private readonly secret = randomBytes(32);

  /** @param now milliseconds since 1970 */
  open(user: string, now = Date.now()): string {
    const claim = `${Buffer.from(user).toString('base64url')}.${now + LIFETIME_MS}`;
    return `${claim}.${this.sign(claim)}`;
  }

  /** @returns the user whose session it is; undefined where it is none, or has ended */
  userOf(session: string, now = Date.now()): string | undefined {
    const [user = '', until = '', signature = '', ...more] = session.split('.');
    if (more.length > 0) return undefined;
    if (!isSame(signature, this.sign(`${user}.${until}`)) || Number(until) < now) return undefined;
    return Buffer.from(user, 'base64url').toString();
  }

  private sign(claim: string): string {
    return createHmac('sha256', this.secret).update(claim).digest('base64url');
  }
}

/** Compares two secrets in a time that tells nothing of them. */
export function isSame(one: string, other: string): boolean {
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
