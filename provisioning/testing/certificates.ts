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

export function createAuthority(folder: string, name: string): Authority {
  const file = (file: string) => join(folder, file)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  openssl('req', '-x509', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2', '-subj', `/CN=${name}`)
  return {
    ca: file(`${name}.pem`),
    sign(of, { host, names = host === undefined ? [] : [`DNS:${host}`], days = 2, from = Math.min(0, days) - 2 } = {}) {
      openssl('req', ...KEY, '-keyout', `${of}.key`, '-out', `${of}.csr`, '-subj', `/CN=${of}`)
      writeFileSync(
        file(`${of}.ext`),
        names.length === 0 ? '' : `subjectAltName=@names\n[names]\n${names.map(asEntry).join('')}`,
      )
      // `x509` takes days from now on only; `ca` takes dates, and wants a book of its own.
      writeFileSync(file('index.txt'), '')
      writeFileSync(file('ca.cnf'), BOOK)
      const at = (day: number) => `${new Date(Date.now() + day * 86_400_000).toISOString().replace(/[-:T]|\..*/g, '')}Z`
      const dates = ['-startdate', at(from), '-enddate', at(days)]
      const by = ['-cert', `${name}.pem`, '-keyfile', `${name}.key`]
      openssl(
        ...['ca', '-batch', '-config', 'ca.cnf', '-in', `${of}.csr`, '-out', `${of}.pem`, '-extfile', `${of}.ext`],
        ...['-notext', ...by, ...dates],
      )
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
