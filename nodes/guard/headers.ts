import type { ServerResponse } from 'node:http';

/**
 * What every page may at most do, whoever made it: stand in no frame of another website, and send no form there. Pages of
 * a user's own flows may load scripts and pictures from elsewhere.
 */
export const LEAST_POLICY = "frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'";

/**
 * For pages that load everything from this server, as both dashboards and the editor do. AngularJS and the templates of
 * both dashboards need inline scripts and eval; the editor asks Node-RED's catalogue what can be installed.
 */
export const OWN_PAGES_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self' https://catalogue.nodered.org",
  "worker-src 'self' blob:",
  LEAST_POLICY,
].join('; ');

/** Sets what a browser keeps to with each answer; whoever answers may set another value. */
export function setHeaders(response: ServerResponse, policy: string): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'SAMEORIGIN');
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('content-security-policy', policy);
}
