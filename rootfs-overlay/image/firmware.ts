// The image step that fills /usr/lib/offhook: the device's Node, the media engine, the bundled firmware, its startup snapshot.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from '../../firmware/runtime/bundle.ts'
import { buildSnapshot } from '../../firmware/runtime/snapshot.ts'
import { fetchArm64Node } from './arm64-node.ts'
import { packageRows } from './debian.ts'
import type { PackageRow } from './package-list.ts'
import { addPortAudio } from './portaudio.ts'
import type { Progress } from './progress.ts'
import { run } from './run.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const HOME = '/usr/lib/offhook'

/** Debian's packages whose libraries are inside the addons or beside them; those of sound are the root's own. */
export const linkedRows = (): PackageRow[] =>
  packageRows(join(project, 'build/arm64-sysroot')).filter(({ name }) => !name.startsWith('libasound2'))

/** `root` has Debian's libraries already. The same commit, `epoch` and libraries give the same bytes. */
export async function addFirmware(root: string, epoch: number, step: Progress['step']): Promise<void> {
  const home = join(root, HOME)
  mkdirSync(home, { recursive: true })
  step('Node')
  run('aarch64-linux-gnu-strip', ['-o', join(home, 'node'), join(fetchArm64Node(), 'bin/node')])
  step('media engine')
  // Others on this machine may be building it at the same time.
  run('flock', [join(project, 'build'), 'make', '-s', '-C', 'native', 'cross'], { cwd: project })
  const engine = join(project, 'build/native-arm64/offhook.node')
  // Its build id is made of debug information too, which names the folder it was built in.
  run('aarch64-linux-gnu-strip', ['-R', '.note.gnu.build-id', '-o', join(home, 'offhook.node'), engine])
  step('firmware and its startup snapshot')
  process.env.SOURCE_DATE_EPOCH = `${epoch}`
  await bundle(join(project, 'firmware/runtime/main.ts'), join(home, 'offhook.cjs'))
  await bundle(join(project, 'provisioning/device/setup-network.ts'), join(home, 'setup-network.cjs'))
  if (!(await addPortAudio(home))) process.stderr.write('npm left naudiodon out: an image without PortAudio\n')
  // By the very Node and libraries that will start from it, under their names on the device.
  const emulated = ['qemu-aarch64-static', '-cpu', 'cortex-a53', '-L', root, '-0', `${HOME}/node`, join(home, 'node')]
  buildSnapshot(emulated, `${HOME}/offhook.cjs`, join(home, 'offhook.blob'))
}
