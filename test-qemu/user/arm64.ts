// The device's own Node and the cross-built addon, run on this machine by qemu's user emulation (arm64 Debian libraries).
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchArm64Node } from '../../rootfs-overlay/image/arm64-node.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const build = join(root, 'build')
/** Of the arm64 Node; set by `prepare`. */
let home = ''

/** The addon for arm64; built by `prepare`. */
export const addon = join(build, 'native-arm64/offhook.node')

/** Fetches the arm64 Node of this very version (npm checks its integrity) and cross-builds the addon. Quick when both stand. */
export function prepare(): void {
  home = fetchArm64Node()
  const make = spawnSync('flock', [build, 'make', '-s', '-C', join(root, 'native'), 'cross'], { encoding: 'utf8' })
  if (make.status !== 0) throw new Error(`make cross: ${make.stderr}`)
}

/** Arm64 Node as a command of this machine. The guest sees this machine's files and loopback, and arm64 libraries. */
export function arm64Node(env: Readonly<Record<string, string>> = {}, cpu = 'max'): readonly string[] {
  const libraries = join(build, 'arm64-sysroot/usr/lib/aarch64-linux-gnu')
  const guestEnv = { LD_LIBRARY_PATH: libraries, OFFHOOK_ADDON: addon, ...env }
  return [
    ...['qemu-aarch64-static', '-cpu', cpu, '-L', '/usr/aarch64-linux-gnu'],
    ...Object.entries(guestEnv).flatMap(([key, value]) => ['-E', `${key}=${value}`]),
    join(home, 'bin/node'),
  ]
}

/** Starts arm64 Node with these arguments. */
export function startArm64(args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess {
  const [command = '', ...before] = arm64Node(env)
  return spawn(command, [...before, ...args], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] })
}

/** Runs arm64 Node to its end. */
export function runArm64(
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = startArm64(args, env)
  let [stdout, stderr] = ['', '']
  child.stdout!.on('data', (chunk) => (stdout += chunk))
  child.stderr!.on('data', (chunk) => (stderr += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
