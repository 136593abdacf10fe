import { certificateProblem } from '../../shared/certificate-problem';
import type { HttpAnswer } from '../../shared/http-answer';
import { shorten, toError } from '../../shared/user-error';
import { KafkaError } from '../errors';
import { postForm, type Verification } from './post-form';

/** Where access tokens come from: OAuth 2.0 client credentials (RFC 6749, 4.4). Holds a secret: never to be logged. */
export interface TokenSettings {
  url: string;
  clientId: string;
  clientSecret: string;
  /** what the token is to be good for; empty for what the server gives by itself */
  scope: string;
  /** of the token server's certificate, where the address begins with https */
  verification?: Verification;
}

/** What a token server answers (RFC 6749, 5.1 and 5.2). */
interface TokenAnswer {
  access_token?: unknown;
  /** seconds */
  expires_in?: unknown;
  error?: unknown;
  error_description?: unknown;
}

interface Token {
  value: string;
  /** milliseconds since 1970 */
  refreshAt: number;
}

/** What a token is at least good for when it is handed out: a sign-in holds no longer than its token. */
const LEAST_REST_MS = 20_000;
/** Of a token's life, this part is used before the next one is fetched. */
const USED_PART = 0.8;
/** For answers that do not say how long the token lives: the standard only recommends that they do. */
const UNKNOWN_LIFE_S = 60;

/** Fetches access tokens, and hands each of them out until it is time for the next. */
export class AccessTokens {
  private token: Token | undefined;
  private fetching: Promise<Token> | undefined;

  /** @param timeoutMs how long the token server may take to answer */
  constructor(
    private readonly settings: TokenSettings,
    private readonly timeoutMs: number,
  ) {}

  /**
   * @returns a token that is good for a while yet
   * @throws KafkaError (a rejection) when the server cannot be reached, refuses, or gives no token
   */
  async current(): Promise<string> {
    if (this.token && Date.now() < this.token.refreshAt) return this.token.value;
    this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
    this.token = await this.fetching;
    return this.token.value;
  }

  /** This token is no good, whatever its life: the next connection gets another. */
  discard(token: string): void {
    if (this.token?.value === token) this.token = undefined;
  }

  private async fetch(): Promise<Token> {
    let given: HttpAnswer;
    try {
      given = await this.request();
    } catch (thrown) {
      const error = toError(thrown);
      throw this.tokenError(
        certificateProblem(error) ? 'token-certificate' : 'token-unreachable',
        error.message,
        error,
      );
    }
    const { status } = given;
    const answer = readAnswer(given.body);
    const { access_token: value, expires_in: seconds } = answer;
    if (status >= 500) throw this.tokenError('token-unreachable', reasonOf(answer, status));
    if (status < 200 || status >= 300 || typeof value !== 'string' || value === '') {
      throw this.tokenError('token-refused', reasonOf(answer, status));
    }
    const lifeMs = (Number(seconds) > 0 ? Number(seconds) : UNKNOWN_LIFE_S) * 1000;
    return { value, refreshAt: Date.now() + usedFor(lifeMs) };
  }

  private request(): Promise<HttpAnswer> {
    const { url, clientId, clientSecret, scope, verification = {} } = this.settings;
    const login = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
    return postForm(
      url,
      new URLSearchParams({ grant_type: 'client_credentials', ...(scope ? { scope } : {}) }),
      `Basic ${Buffer.from(login).toString('base64')}`,
      verification,
      AbortSignal.timeout(this.timeoutMs),
    );
  }

  private tokenError(
    text: 'token-unreachable' | 'token-certificate' | 'token-refused',
    reason: string,
    cause?: unknown,
  ): KafkaError {
    const problem = text === 'token-unreachable' ? 'unreachable' : 'not-admitted';
    return new KafkaError(problem, { url: this.settings.url, reason: shorten(reason, 200) }, { cause, text });
  }
}

function usedFor(lifeMs: number): number {
  return Math.max(lifeMs / 2, Math.min(lifeMs * USED_PART, lifeMs - LEAST_REST_MS));
}

/** @returns the answer's fields; none where it is no JSON object, which whoever needs them has to notice */
function readAnswer(body: string): TokenAnswer {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}

function reasonOf({ error, error_description: description }: TokenAnswer, status: number): string {
  const told = [error, description].filter((part) => typeof part === 'string' && part !== '');
  return [`HTTP ${status}`, ...told].join(', ');
}
