// The Raspberry Pi's own firmware and that of its Wi-Fi chip: not free software, so fetched when an image is made and
// never part of the project. From Debian's component non-free-firmware, signature checked by apt.
import { copyFileSync, existsSync, globSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { RELEASE } from './contents.ts'
import { aptProgress, explainFetch } from './fetching.ts'
import type { Progress } from './progress.ts'
import { run, runAloud } from './run.ts'

const PACKAGES = ['raspi-firmware', 'firmware-brcm80211'] as const
/** Pi 3, 3B+, Zero 2 W; then Pi 4, 400, CM4. */
const BOOT = ['bootcode.bin', 'start.elf', 'fixup.dat', 'start4.elf', 'fixup4.dat']
const WIFI = 'brcmfmac434{30,55}-sdio.{bin,clm_blob,txt,raspberrypi*}'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/**
 * A folder to lay over the boot volume. `option` is `fetch`, `none`, a folder that holds such files, or undefined: fetch if
 * that is possible. Throws when what was asked for is not to be had.
 */
export async function piFirmware(
  option: string | undefined,
  cache: string,
  progress: Progress,
): Promise<string | undefined> {
  if (option === 'none') return undefined
  if (option !== undefined && option !== 'fetch') {
    const folder = resolve(option)
    if (!['start.elf', 'start4.elf'].some((name) => existsSync(join(folder, name))))
      throw new Error(`--firmware=${option}: expected fetch, none or a folder with start.elf or start4.elf in it`)
    return folder
  }
  try {
    return await fetchFirmware(cache, progress)
  } catch (error) {
    const explained = explainFetch(error, 'firmware of the Raspberry Pi', 'or --firmware=none or --firmware=FOLDER')
    if (option === 'fetch') throw explained
    progress.step(`going on without firmware, so the card starts only when it is copied in: ${explained.message}`)
    return undefined
  }
}

async function fetchFirmware(cache: string, progress: Progress): Promise<string> {
  const made = join(cache, `firmware-${RELEASE}`)
  if (existsSync(made)) return made
  const work = `${made}.partial`
  rmSync(work, { recursive: true, force: true })
  for (const name of ['apt/state/lists/partial', 'apt/cache/archives/partial', 'debs', 'tree'])
    mkdirSync(join(work, name), { recursive: true })
  const apt = join(work, 'apt')
  writeFileSync(
    join(apt, 'sources.list'),
    ['debian', 'debian-security']
      .map((archive) => [archive, archive === 'debian' ? RELEASE : `${RELEASE}-security`])
      .map(
        ([archive, suite]) =>
          `deb [signed-by=${KEYRING}] http://deb.debian.org/${archive} ${suite} non-free-firmware\n`,
      )
      .join(''),
  )
  writeFileSync(
    join(apt, 'apt.conf'),
    `Dir::State "${apt}/state"; Dir::State::status "/dev/null"; Dir::Cache "${apt}/cache"; Dir::Etc::main "-";
Dir::Etc::parts "-"; Dir::Etc::sourcelist "${apt}/sources.list"; Dir::Etc::sourceparts "-"; Dir::Etc::preferencesparts "-";
APT::Architecture "arm64"; APT::Architectures { "arm64"; }; APT::Sandbox::User ""; Acquire::Retries "2";
`,
  )
  const env = { APT_CONFIG: join(apt, 'apt.conf') }
  const aloud = aptProgress(progress)
  await runAloud('apt-get', ['update', '--error-on=any'], aloud, { env })
  await runAloud('apt-get', ['download', ...PACKAGES], aloud, { cwd: join(work, 'debs'), env })
  const tree = join(work, 'tree')
  for (const deb of globSync('*.deb', { cwd: join(work, 'debs') }))
    run('dpkg-deb', ['-x', join(work, 'debs', deb), tree])
  const folder = join(work, 'folder')
  for (const name of ['firmware/brcm', 'licences']) mkdirSync(join(folder, name), { recursive: true })
  for (const name of BOOT) copyFileSync(join(tree, 'usr/lib/raspi-firmware', name), join(folder, name))
  // FAT has no links: what a link says is copied under its name.
  for (const name of globSync(`lib/firmware/brcm/${WIFI}`, { cwd: tree }))
    if (statSync(join(tree, name)).isFile())
      copyFileSync(join(tree, name), join(folder, 'firmware/brcm', basename(name)))
  for (const name of PACKAGES)
    copyFileSync(join(tree, 'usr/share/doc', name, 'copyright'), join(folder, `licences/${name}.txt`))
  rmSync(made, { recursive: true, force: true })
  renameSync(folder, made)
  rmSync(work, { recursive: true })
  return made
}
