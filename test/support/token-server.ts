import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificates';

/** An OAuth 2.0 token server that gives unsigned tokens to whoever knows the secret. */
export class TokenServer {
  /** seconds that a token lives */
  life = 60;
  /** those that it has given */
  readonly given: string[] = [];
  /** what it was asked for, and how */
  readonly requests: { authorization: string | undefined; body: string }[] = [];
  /** answers this instead of a token */
  answer: { status: number; body: string; location?: string } | undefined;
  private readonly server: http.Server | https.Server;

  /**
   * @param subject the user whom its tokens name
   * @param certificate of a server that speaks https; absent: http
   */
  constructor(
    private readonly subject: string,
    private readonly clientId: string,
    private readonly clientSecret: string,
    private readonly certificate?: Certificate,
  ) {
    const serve = (request: http.IncomingMessage, response: http.ServerResponse): void =>
      void this.serve(request, response);
    this.server = certificate
      ? https.createServer(
          { key: readFileSync(certificate.key), cert: readFileSync(certificate.cert) },
          serve,
        )
      : http.createServer(serve);
  }

  /** @returns the address of its token endpoint */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `${this.certificate ? 'https' : 'http'}://127.0.0.1:${(this.server.address() as AddressInfo).port}/token`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { authorization } = request.headers;
    this.requests.push({ authorization, body });
    const { status, body: answer, location } = this.answer ?? this.tokenFor(authorization);
    const headers = { 'content-type': 'application/json', ...(location === undefined ? {} : { location }) };
    response.writeHead(status, headers).end(answer);
  }

  private tokenFor(authorization: string | undefined): NonNullable<TokenServer['answer']> {
    // RFC 6749, 2.3.1: both are encoded before they are joined.
    const parts = [this.clientId, this.clientSecret].map(encodeURIComponent);
    const login = Buffer.from(parts.join(':')).toString('base64');
    if (authorization !== `Basic ${login}`) {
      return { status: 401, body: JSON.stringify({ error: 'invalid_client' }) };
    }
    const token = this.token();
    this.given.push(token);
    const body = { access_token: token, token_type: 'Bearer', expires_in: this.life };
    return { status: 200, body: JSON.stringify(body) };
  }

  /** RFC 7519, 6: a token that nobody has signed. */
  private token(): string {
    const now = Date.now() / 1000;
    // Told apart by their ids, since two may be given in one millisecond.
    const claims = { sub: this.subject, jti: this.given.length, iat: now - 1, exp: now + this.life };
    const parts = [{ alg: 'none' }, claims];
    return `${parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
  }
}
