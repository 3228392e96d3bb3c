// The Debian part of the root: fetched and unpacked by mmdebstrap without emulation, kept as an archive beside the image.
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DEBIAN_PACKAGES, PRUNED, RELEASE } from './contents.ts'
import { run } from './run.ts'

const MIRRORS = [
  `deb http://deb.debian.org/debian ${RELEASE} main`,
  `deb http://deb.debian.org/debian ${RELEASE}-updates main`,
  `deb http://deb.debian.org/debian-security ${RELEASE}-security main`,
]
/** Where mmdebstrap's hook leaves the checksums of the packages. */
const SUMS = 'packages.sha256'
const MERGED = ['bin', 'sbin', 'lib']

/** The archive of exactly these packages; made once per list of packages. */
export function debianArchive(cache: string): string {
  const options = [
    ...['--arch=arm64', '--variant=extract', '--format=tar', '--quiet', `--include=${DEBIAN_PACKAGES.join(',')}`],
    '--aptopt=APT::Install-Recommends "false"',
    `--extract-hook=cd "$1/var/cache/apt/archives" && sha256sum *.deb > "$1/${SUMS}"`,
  ]
  const wanted = JSON.stringify([options, MIRRORS])
  const archive = join(cache, `debian-${createHash('sha256').update(wanted).digest('hex').slice(0, 16)}.tar`)
  if (existsSync(archive)) return archive
  mkdirSync(cache, { recursive: true })
  // Archives of other lists of packages are of no more use.
  for (const old of globSync('debian-*', { cwd: cache })) rmSync(join(cache, old))
  run('mmdebstrap', [...options, RELEASE, `${archive}.partial`, ...MIRRORS])
  renameSync(`${archive}.partial`, archive)
  return archive
}

/** Unpacks it, with /bin, /sbin and /lib being those of /usr, and writes the list of packages to `list`. */
export function unpackDebian(archive: string, root: string, list: string): void {
  for (const name of MERGED) {
    mkdirSync(join(root, 'usr', name), { recursive: true })
    run('ln', ['-s', `usr/${name}`, join(root, name)])
  }
  const owner = ['--no-same-owner', '--keep-directory-symlink', '--exclude=./dev/*']
  run('tar', ['xpf', archive, '-C', root, ...owner])
  writeFileSync(list, packageList(root))
  rmSync(join(root, SUMS))
  for (const file of globSync('usr/share/doc/*/*', { cwd: root }))
    if (basename(file) !== 'copyright') rmSync(join(root, file), { recursive: true, force: true })
  for (const pattern of PRUNED)
    for (const file of globSync(pattern, { cwd: root })) rmSync(join(root, file), { recursive: true, force: true })
}

/** One line per package: name, version, SHA-256 of its .deb, licences as its copyright file names them. */
function packageList(root: string): string {
  const lines = readFileSync(join(root, SUMS), 'utf8')
    .trim()
    .split('\n')
    .sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1))
  const rows = lines.map((line) => {
    const [sum, file] = line.split(/\s+/) as [string, string]
    const [name, version] = file.split('_') as [string, string]
    return [name, decodeURIComponent(version), sum, licences(join(root, 'usr/share/doc', name, 'copyright'))].join('\t')
  })
  return ['package\tversion\tsha256\tlicences', ...rows, ''].join('\n')
}

function licences(file: string): string {
  if (!existsSync(file)) return 'see the source package'
  const named = [...readFileSync(file, 'utf8').matchAll(/^License:\s*(\S.*)$/gm)].map(([, name]) => name!.trim())
  return named.length === 0 ? 'see its copyright file' : [...new Set(named)].sort().join('; ')
}
