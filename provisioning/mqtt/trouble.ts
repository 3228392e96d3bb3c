// Why there is no session with the broker, in words for whoever has to mend it; the library's own words where there are none.

/** By code, or the beginning of one: ours to judge (of the broker's certificate), then theirs (alerts of TLS, RFC 8446 §6.2). */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'the certificate of the broker is for another name'],
  [/^CERT_HAS_EXPIRED$/, 'the certificate of the broker has expired'],
  [/^CERT_NOT_YET_VALID$/, 'the certificate of the broker is not valid yet (is the clock of this phone right?)'],
  [
    /SELF_SIGNED_CERT|^UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|^CERT_UNTRUSTED$/,
    'the broker is not known by the certificates of this phone',
  ],
  [/ALERT_CERTIFICATE_EXPIRED$/, 'the certificate of this phone has expired'],
  [/ALERT_CERTIFICATE_REQUIRED$/, 'the broker wants a certificate of this phone'],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_(UNKNOWN|REVOKED)|ACCESS_DENIED|UNSUPPORTED_CERTIFICATE)$/,
    'the broker does not accept the certificate of this phone',
  ],
  [/^ECONNREFUSED$/, 'nothing answers at the broker’s port'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'the name of the broker is not known'],
]

/** The code is added, to look it up by. */
export function explain(error: Error & { code?: unknown; errors?: readonly { code?: string }[] }): string {
  const code = error.errors?.[0]?.code ?? error.code
  const said = error.message || 'failed'
  if (typeof code !== 'string') return said
  const words = WORDS.find(([pattern]) => pattern.test(code))?.[1]
  if (words !== undefined) return `${words} (${code})`
  return said.includes(code) ? said : `${said} (${code})`
}
