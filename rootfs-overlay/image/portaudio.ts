// PortAudio for the device: the addon of naudiodon, cross-built against Debian's library, and its process as a bundle. Optional:
// a phone whose handset is not of the kind `portaudio` never loads any of it.
import { copyFileSync, existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from '../../firmware/runtime/bundle.ts'
import { fetchArm64Node } from './arm64-node.ts'
import { run } from './run.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const naudiodon = join(project, 'node_modules/naudiodon')
const sysroot = join(project, 'build/arm64-sysroot')
const LIBRARIES = 'usr/lib/aarch64-linux-gnu'
const LIBRARY = 'libportaudio.so.2'

/** Fills `home`, where the phone's own bundle is. The sysroot has to stand; without naudiodon nothing is done: false. */
export async function addPortAudio(home: string): Promise<boolean> {
  if (!existsSync(naudiodon)) return false
  copyFileSync(join(sysroot, LIBRARIES, LIBRARY), join(home, LIBRARY))
  copyFileSync(join(sysroot, 'usr/share/doc/libportaudio2/copyright'), join(home, `${LIBRARY}.copyright`))
  const jack = join(home, 'libjack.so.0')
  const shared = ['-shared', '-fPIC', '-O2', '-s']
  const named = ['-Wl,-soname,libjack.so.0', '-o', jack]
  run('aarch64-linux-gnu-gcc', [...shared, ...named, join(project, 'hal/portaudio/no-jack.c')])
  const include = [join(fetchArm64Node(), 'include/node'), 'portaudio/include'].map((folder) => `-I${folder}`)
  const compile = ['-std=c++17', '-DNODE_GYP_MODULE_NAME=naudiodon', ...include]
  const sources = globSync('src/*.cc', { cwd: naudiodon }).sort()
  // Beside the addon, and before PortAudio asks for it: where it would look itself there is none.
  const libraries = ['-Wl,--no-as-needed', jack, join(home, LIBRARY), `-Wl,-rpath-link,${join(sysroot, LIBRARIES)}`]
  const link = [...libraries, '-Wl,-rpath,$ORIGIN', '-o', join(home, 'naudiodon.node')]
  run('aarch64-linux-gnu-g++', [...shared, ...compile, ...sources, ...link], { cwd: naudiodon })
  await bundle(join(project, 'hal/portaudio/child.ts'), join(home, 'portaudio.cjs'))
  return true
}
