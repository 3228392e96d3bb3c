// What TLS is set up with, out of files: authorities we believe, our own certificate and key; faults name the file, never its text.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { SecureContext, SecureContextOptions } from 'node:tls'
import { err, ok, type Result } from '../base/result.ts'

export interface TlsSettings {
  /** File of authorities (PEM) to be believed; with `caDirectory`, instead of those this machine brings. */
  readonly ca?: string | undefined
  /** Folder whose `*.pem` and `*.crt` are believed too. */
  readonly caDirectory?: string | undefined
  /** Our own, with what leads to its authority (PEM): shown to who asks, and needed to be called. */
  readonly certificate?: string | undefined
  readonly key?: string | undefined
  /** Who we connect to has to prove its name, default true. False: anybody is believed, as logged. */
  readonly verify?: boolean
  /** Who connects to us has to have a certificate of an authority we believe. Default false. */
  readonly verifyClients?: boolean
  /** Default 1.2. */
  readonly minVersion?: '1.2' | '1.3'
  /** OpenSSL's list, for TLS 1.2 and for 1.3. Default: Node's. */
  readonly ciphers?: string | undefined
  /** Whom every far end has to prove to be, instead of the host of the URI asked for. */
  readonly serverName?: string | undefined
}

/** Files of a folder that are looked at, and bytes of each. */
const MAX_FILES = 512
const MAX_BYTES = 1 << 20

export interface TlsContext {
  context(): SecureContext
  /** There is a certificate of our own, so connections can be accepted. */
  readonly accepts: boolean
}

/** Loaded when somebody speaks TLS: a startup snapshot cannot hold it, and it takes its time. */
export const nodeTls = () => process.getBuiltinModule('node:tls')

export function loadTls(settings: TlsSettings): Result<TlsContext, string> {
  const { ca, caDirectory, certificate, key, minVersion = '1.2', ciphers } = settings
  if ((certificate === undefined) !== (key === undefined))
    return err(`a certificate and its key go together: there is only the ${key === undefined ? 'certificate' : 'key'}`)
  const version = { minVersion: `TLSv${minVersion}` as const }
  if ([ca, caDirectory, certificate, ciphers].every((given) => given === undefined)) {
    // Nothing in it can be wrong, and most phones never speak TLS: it is made when one does.
    let made: SecureContext | undefined
    const standard = () => nodeTls().createSecureContext({ ca: authorities(ca, caDirectory), ...version })
    return ok({ context: () => (made ??= standard()), accepts: false })
  }
  try {
    const cert = certificate === undefined ? undefined : read(certificate, 'CERTIFICATE', 'a certificate')
    const secret = key === undefined ? undefined : read(key, 'PRIVATE KEY', 'a private key')
    const context = make({
      ...{ ca: authorities(ca, caDirectory), ...version },
      ...(cert === undefined || secret === undefined ? {} : { cert, key: secret }),
      ...(ciphers === undefined ? {} : { ciphers }),
    })
    return context.ok ? ok({ context: () => context.value, accepts: cert !== undefined }) : context
  } catch (error) {
    if (error instanceof Fault) return err(error.message)
    throw error
  }
}

class Fault extends Error {}

function make(options: SecureContextOptions): Result<SecureContext, string> {
  try {
    return ok(nodeTls().createSecureContext(options))
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (/CIPHER/.test(code)) return err('ciphers: expected a list that OpenSSL knows')
    if (/KEY_VALUES_MISMATCH|KEY_TYPE_MISMATCH/.test(code)) return err('the key is not that of the certificate')
    return err(`the certificates or the key cannot be used: ${code || message}`)
  }
}

function authorities(file: string | undefined, folder: string | undefined): string[] {
  if (file === undefined && folder === undefined) return [...nodeTls().rootCertificates]
  const found = file === undefined ? [] : [read(file, 'CERTIFICATE', 'certificates of authorities')]
  if (folder === undefined) return found
  const names = list(folder).filter((name) => /\.(pem|crt)$/.test(name))
  if (names.length > MAX_FILES) throw new Fault(`${folder}: expected at most ${MAX_FILES} files, got ${names.length}`)
  for (const name of names.sort()) found.push(read(join(folder, name), 'CERTIFICATE', 'a certificate of an authority'))
  if (found.length === 0) throw new Fault(`${folder}: expected certificates in files *.pem or *.crt, got none`)
  return found
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw new Fault(`${folder}: expected a folder of certificates, got ${(error as NodeJS.ErrnoException).code}`)
  }
}

function read(path: string, kind: string, expected: string): string {
  let text: string
  try {
    if (statSync(path).size > MAX_BYTES)
      throw new Fault(`${path}: expected ${expected}, got more than ${MAX_BYTES} bytes`)
    text = readFileSync(path, 'latin1')
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault(`${path}: expected ${expected}, got ${(error as NodeJS.ErrnoException).code}`)
  }
  if (!new RegExp(`^-----BEGIN [A-Z ]*${kind}-----`, 'm').test(text))
    throw new Fault(`${path}: expected ${expected} in PEM, got no such thing`)
  return text
}
