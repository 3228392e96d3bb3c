// The phone's own key, made on its first start and never leaving it, and a certificate over it in the phone's name.
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from './atomic-file.ts'
import type { Bootstrap } from './bootstrap.ts'

export interface DeviceKey {
  /** PEM files for TLS. */
  readonly cert: string
  readonly key: string
  /** The certificate for whoever shall know the phone by it. */
  readonly certificate: string
  /** SHA-256 of the certificate, hex. */
  readonly fingerprint: string
}

/** The certificate's file begins with it: what is known is not computed at each start. */
const FIRST_LINE = /^offhook (\S+) ([0-9a-f]{64})\n(-----BEGIN CERTIFICATE-----\n[\s\S]+-----END CERTIFICATE-----\n)$/
const PRIVATE_KEY = /^-----BEGIN PRIVATE KEY-----\n[\s\S]+-----END PRIVATE KEY-----\n$/

/**
 * In `directory`, mode 0600. A key that is lost or damaged is made anew; another name gets another certificate over the same
 * key. `notBeforeMs`: a time that has certainly been. Rejects with the system's error.
 */
export async function deviceKey(directory: string, deviceId: string, notBeforeMs: number): Promise<DeviceKey> {
  const [cert, key] = [join(directory, 'device.crt'), join(directory, 'device.key')]
  const [known, pem] = await Promise.all([cert, key].map((path) => readFile(path, 'latin1').catch(() => '')))
  const whole = PRIVATE_KEY.test(pem!)
  const [, name, fingerprint, certificate] = FIRST_LINE.exec(known!) ?? []
  if (whole && name === deviceId) return { cert, key, certificate: certificate!, fingerprint: fingerprint! }
  return { cert, key, ...(await make(cert, key, whole ? pem : undefined, deviceId, notBeforeMs)) }
}

/** At a broker over TLS the phone shows its own certificate when it was given neither another one nor a password. */
export function withOwnKey(bootstrap: Bootstrap, own: DeviceKey | undefined): Bootstrap {
  const { broker = '', cert, credentials } = bootstrap
  if (own === undefined || !broker.startsWith('mqtts:') || cert !== undefined || credentials !== undefined)
    return bootstrap
  return { ...bootstrap, cert: own.cert, key: own.key }
}

async function make(cert: string, key: string, pem: string | undefined, deviceId: string, notBeforeMs: number) {
  // Loaded here: it takes 10 ms, and only this once.
  const { createHash, createPrivateKey, generateKeyPairSync } = await import('node:crypto')
  const { selfSigned } = await import('./certificate.ts')
  const secret =
    pem === undefined ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey : createPrivateKey(pem)
  if (pem === undefined) {
    // Whenever the power goes, there is no certificate over another key.
    await rm(cert, { force: true })
    await replaceFile(key, secret.export({ type: 'pkcs8', format: 'pem' }).toString())
  }
  const der = selfSigned(secret, deviceId, notBeforeMs)
  const fingerprint = createHash('sha256').update(der).digest('hex')
  const lines = der.toString('base64').match(/.{1,64}/g)!
  const certificate = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
  await replaceFile(cert, `offhook ${deviceId} ${fingerprint}\n${certificate}`)
  return { certificate, fingerprint }
}
