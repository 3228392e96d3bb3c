// Debian's units: those a phone has no use for are taken away, and from the others each word about one that is not there.
import { existsSync, globSync, lstatSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { LEFT_OUT_UNITS } from './contents.ts'

const FOLDER = 'usr/lib/systemd/system'
const LIST = /^(After|Before|Wants|Requires|Requisite|BindsTo|PartOf|Conflicts|OnFailure|Sockets)=(.*)\n/gm
/** Kinds of units that come from files alone; mounts, devices, slices and the like also come to be without. */
const FROM_FILES = /\.(service|target|socket|path|timer|automount)$/

/**
 * systemd looks for each name that a unit mentions, in all of its folders and with all that might be added to it, before it
 * starts anything: half of the names in Debian's units are of units that a phone does not have.
 */
export function trimUnits(root: string): void {
  const folder = join(root, FOLDER)
  const gone = new Set<string>()
  for (const file of LEFT_OUT_UNITS.flatMap((pattern) => globSync(pattern, { cwd: folder }))) {
    gone.add(basename(file))
    rmSync(join(folder, file), { recursive: true })
  }
  // Other names of what is gone, who wanted it, and what the packages had switched off by a link to nothing.
  const links = () => globSync('**/*', { cwd: folder }).filter((file) => lstatSync(join(folder, file)).isSymbolicLink())
  const leadsAway = (file: string) => {
    const target = readlinkSync(join(folder, file))
    return !existsSync(target.startsWith('/') ? join(root, target) : resolve(folder, dirname(file), target))
  }
  for (let broken = links().filter(leadsAway); broken.length > 0; broken = links().filter(leadsAway))
    for (const file of broken) rmSync(join(folder, file))

  const isThere = (name: string) =>
    !gone.has(name) &&
    (!FROM_FILES.test(name) ||
      [name, name.replace(/@.*(\.\w+)$/, '@$1')].some((file) => existsSync(join(folder, file))))
  for (const file of globSync(['*.*', '*.d/*.conf'], { cwd: folder }).map((one) => join(folder, one))) {
    if (!lstatSync(file).isFile()) continue
    const text = readFileSync(file, 'utf8')
    const trimmed = text.replace(LIST, (line, key: string, names: string) => {
      const kept = names.split(/\s+/).filter((name) => name !== '' && isThere(name))
      // A list that was empty before forgets what was said of it earlier.
      if (kept.length === 0) return names.trim() === '' ? line : ''
      return `${key}=${kept.join(' ')}\n`
    })
    if (trimmed !== text) writeFileSync(file, trimmed)
  }
}
