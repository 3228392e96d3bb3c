// packages.tsv: what others made and the image carries, with versions, checksums and licences.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface PackageRow {
  readonly source: 'debian' | 'npm' | 'node'
  readonly name: string
  readonly version: string
  /** Of the `.deb` fetched; of what npm fetched the lock file keeps its own sum. */
  readonly sha256: string
  readonly licences: string
}

const LOCK = fileURLToPath(new URL('../../package-lock.json', import.meta.url))

interface LockEntry {
  readonly version: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly devOptional?: boolean
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** Marked as for building or optional, and yet inside the addons. */
const COMPILED_IN = ['node-addon-api', 'naudiodon']

/** The npm packages the product is made with: what is not for building, testing or desktops, and what that needs. */
export function npmPackages() {
  const { packages } = JSON.parse(readFileSync(LOCK, 'utf8')) as { packages: Record<string, LockEntry> }
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({ path, name: nameOf(path), ...entry }))
    .filter(({ name, dev, optional, devOptional }) => COMPILED_IN.includes(name) || !(dev || optional || devOptional))
}

export const npmRows = (): PackageRow[] =>
  npmPackages().map(({ name, version, license }) => ({
    ...{ source: 'npm', name, version, sha256: '' },
    licences: license ?? 'see its package',
  }))

/** The Node that runs on the device; what is built into it is named in its own LICENSE. */
export const nodeRow = (): PackageRow => ({
  ...{ source: 'node', name: 'node', version: process.versions.node, sha256: '' },
  licences: `MIT, with V8 ${process.versions.v8}, OpenSSL ${process.versions.openssl} and others: see its LICENSE`,
})

/** One line each, by source and name. */
export function packageTable(rows: readonly PackageRow[]): string {
  const key = ({ source, name, version }: PackageRow) => [source, name, version].join('\t')
  const lines = [...rows]
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    .map((row) => [row.source, row.name, row.version, row.sha256, row.licences].join('\t'))
  return ['source\tpackage\tversion\tsha256\tlicences', ...new Set(lines), ''].join('\n')
}
