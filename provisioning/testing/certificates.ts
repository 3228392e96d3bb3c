// Certificates for tests, made by openssl in a folder: authorities, and those they sign.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

export interface SignOptions {
  readonly host?: string
  readonly names?: readonly string[]
  readonly from?: number
  readonly days?: number
}

export interface Authority {
  /** The authority's own certificate. */
  readonly ca: string
  /**
   * `name`.pem and `name`.key; `host`: the name a server is known by, or `names` as openssl writes them (`URI:sip:…`, `IP:…`).
   * Valid from `from` days from now, which may be to come, until `days`: below zero, it has expired.
   */
  sign(name: string, options?: SignOptions): { cert: string; key: string }
}

/** `since`: days ago from when on it, and what it signs unless told otherwise, are valid. */
export function createAuthority(folder: string, name: string, since = 2): Authority {
  const file = (file: string) => join(folder, file)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const request = (of: string) =>
    openssl('req', ...KEY, '-keyout', `${of}.key`, '-out', `${of}.csr`, '-subj', `/CN=${of}`)
  // `x509` takes days from now on only; `ca` takes dates, and wants a book of its own.
  const certify = (of: string, extensions: string, from: number, days: number, ...by: string[]) => {
    writeFileSync(file(`${of}.ext`), extensions)
    writeFileSync(file('index.txt'), '')
    writeFileSync(file('ca.cnf'), BOOK)
    const at = (day: number) => `${new Date(Date.now() + day * 86_400_000).toISOString().replace(/[-:T]|\..*/g, '')}Z`
    const dates = ['-startdate', at(from), '-enddate', at(days)]
    openssl(
      ...['ca', '-batch', '-config', 'ca.cnf', '-in', `${of}.csr`, '-out', `${of}.pem`, '-extfile', `${of}.ext`],
      ...['-notext', ...by, ...dates],
    )
  }
  request(name)
  certify(name, 'basicConstraints=critical,CA:TRUE\n', -since, 2, '-selfsign', '-keyfile', `${name}.key`)
  return {
    ca: file(`${name}.pem`),
    sign(
      of,
      { host, names = host === undefined ? [] : [`DNS:${host}`], days = 2, from = Math.min(0, days) - since } = {},
    ) {
      request(of)
      const extensions = names.length === 0 ? '' : `subjectAltName=@names\n[names]\n${names.map(asEntry).join('')}`
      certify(of, extensions, from, days, '-cert', `${name}.pem`, '-keyfile', `${name}.key`)
      return { cert: file(`${of}.pem`), key: file(`${of}.key`) }
    },
  }
}

const asEntry = (name: string, at: number): string => `${name.replace(/^(\w+):/, `$1.${at} = `)}\n`

const BOOK = `[ca]
default_ca = book
[book]
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = anything
unique_subject = no
[anything]
commonName = supplied
`
