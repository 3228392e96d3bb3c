// Why TLS came to nothing, in words for whoever has to mend it, from the codes of OpenSSL and Node.

/** By code, or a part of one: of the peer's certificate, then alerts of theirs (RFC 8446 §6.2), then what was never TLS. */
const WORDS: readonly (readonly [RegExp, (peer: string) => string])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, (peer) => `the certificate of ${peer} is for another name`],
  [/^CERT_HAS_EXPIRED$/, (peer) => `the certificate of ${peer} has expired`],
  [/^CERT_NOT_YET_VALID$/, (peer) => `the certificate of ${peer} is not valid yet (is the clock of this phone right?)`],
  [
    /SELF_SIGNED_CERT|^UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|^CERT_UNTRUSTED$/,
    (peer) => `${peer} is not known by the certificates of this phone`,
  ],
  [/ALERT_CERTIFICATE_EXPIRED$/, () => 'the certificate of this phone has expired'],
  [/ALERT_CERTIFICATE_REQUIRED$/, (peer) => `${peer} wants a certificate of this phone`],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_(UNKNOWN|REVOKED)|ACCESS_DENIED|UNSUPPORTED_CERTIFICATE)$/,
    (peer) => `${peer} does not accept the certificate of this phone`,
  ],
]

/** Undefined: the code says nothing of that kind. */
export const tlsTrouble = (code: string, peer: string): string | undefined =>
  WORDS.find(([pattern]) => pattern.test(code))?.[1](peer)
