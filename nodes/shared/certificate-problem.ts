/** What can be wrong with a certificate; also the name of its text in the catalogs of the config nodes. */
export type CertificateProblem =
  'certificate-expired' | 'certificate-host' | 'certificate-untrusted' | 'client-certificate';

/** Node's codes (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const SERVER_CERTIFICATE: Record<string, CertificateProblem> = {
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-host',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate-untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-untrusted',
  CERT_SIGNATURE_FAILURE: 'certificate-untrusted',
  CERT_UNTRUSTED: 'certificate-untrusted',
};
/** The codes that OpenSSL's versions make of the alerts by which a server refuses the client's certificate. */
const CLIENT_CERTIFICATE = /ALERT_(\w*CERTIFICATE\w*|UNKNOWN_CA|HANDSHAKE_FAILURE)/;

/** @returns what an error of Node's TLS says about a certificate; undefined where it is about something else */
export function certificateProblem(error: Error): CertificateProblem | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') return undefined;
  return SERVER_CERTIFICATE[code] ?? (CLIENT_CERTIFICATE.test(code) ? 'client-certificate' : undefined);
}
