// The Debian part of the root: fetched and unpacked by mmdebstrap without emulation, kept as an archive beside the image.
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DEBIAN_PACKAGES, RELEASE } from './contents.ts'
import { aptProgress, explainFetch } from './fetching.ts'
import type { PackageRow } from './package-list.ts'
import type { Progress } from './progress.ts'
import { run, runAloud } from './run.ts'

const MIRRORS = [
  `deb http://deb.debian.org/debian ${RELEASE} main`,
  `deb http://deb.debian.org/debian ${RELEASE}-updates main`,
  `deb http://deb.debian.org/debian-security ${RELEASE}-security main`,
]
/** Where mmdebstrap's hook leaves the checksums of the packages, and `native/cross-sysroot.sh` as well. */
const SUMS = 'packages.sha256'
const MERGED = ['bin', 'sbin', 'lib']

/** The archive of exactly these packages; made once per list of packages. */
export async function debianArchive(cache: string, progress: Progress): Promise<string> {
  const options = [
    ...['--arch=arm64', '--variant=extract', '--format=tar', '--verbose', `--include=${DEBIAN_PACKAGES.join(',')}`],
    '--aptopt=APT::Install-Recommends "false"',
    `--extract-hook=cd "$1/var/cache/apt/archives" && sha256sum *.deb > "$1/${SUMS}"`,
  ]
  const wanted = JSON.stringify([options, MIRRORS])
  const archive = join(cache, `debian-${createHash('sha256').update(wanted).digest('hex').slice(0, 16)}.tar`)
  if (existsSync(archive)) return archive
  mkdirSync(cache, { recursive: true })
  // Archives of other lists of packages are of no more use.
  for (const old of globSync('debian-*', { cwd: cache })) rmSync(join(cache, old))
  try {
    // Nothing of it is run here, so nobody has to be root in it: of other ways without root each asks something of the machine.
    const mode = process.getuid!() === 0 ? [] : ['--mode=chrootless']
    await runAloud(
      'mmdebstrap',
      [...mode, ...options, RELEASE, `${archive}.partial`, ...MIRRORS],
      aptProgress(progress),
    )
  } catch (error) {
    throw explainFetch(error, 'the packages of the root', 'or build/image-cache of a machine that has built this')
  }
  renameSync(`${archive}.partial`, archive)
  return archive
}

/** Unpacks it, with /bin, /sbin and /lib being those of /usr; resolves to the packages. */
export function unpackDebian(archive: string, root: string): PackageRow[] {
  for (const name of MERGED) {
    mkdirSync(join(root, 'usr', name), { recursive: true })
    run('ln', ['-s', `usr/${name}`, join(root, name)])
  }
  const owner = ['--no-same-owner', '--keep-directory-symlink', '--exclude=./dev/*']
  run('tar', ['xpf', archive, '-C', root, ...owner])
  const rows = packageRows(root)
  rmSync(join(root, SUMS))
  return rows
}

/** Of a folder that packages were unpacked to: each by name, with the licences its copyright file names. */
export function packageRows(root: string): PackageRow[] {
  const lines = readFileSync(join(root, SUMS), 'utf8').trim().split('\n')
  return lines.map((line) => {
    const [sha256, file] = line.split(/\s+/) as [string, string]
    const [name, version] = file.split('_') as [string, string]
    const copyright = join(root, 'usr/share/doc', name, 'copyright')
    return { source: 'debian', name, version: decodeURIComponent(version), sha256, licences: licences(copyright) }
  })
}

function licences(file: string): string {
  if (!existsSync(file)) return 'see the source package'
  const named = [...readFileSync(file, 'utf8').matchAll(/^License:\s*(\S.*)$/gm)].map(([, name]) => name!.trim())
  return named.length === 0 ? 'see its copyright file' : [...new Set(named)].sort().join('; ')
}
