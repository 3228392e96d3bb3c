// Sets this checkout up on a Debian machine and runs one of its tasks: plain JavaScript, Node 20, no node_modules needed.
// Every stage says what it does, does nothing when it is already done, and names the exact command when it cannot.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const headers = join(root, 'build/node-headers')

/** Debian packages by what needs them. */
const PACKAGES = {
  build: [
    ...['build-essential', 'pkg-config', 'python3', 'libasound2-dev', 'libopus-dev'],
    ...['libgsm1-dev', 'libspeex-dev'],
    // naudiodon brings PortAudio for x64 only.
    ...(process.arch === 'arm64' ? ['libportaudio2'] : []),
  ],
  lab: ['mosquitto'],
  test: [
    'sip-tester',
    'baresip',
    'kamailio',
    'kamailio-outbound-modules',
    'kamailio-presence-modules',
    'kamailio-tls-modules',
    'linphone-cli',
    'libnet-sip-perl',
    'dnsmasq-base',
    'netbase',
    'sox',
    'libasound2-plugins',
    'clang-14',
    'libclang-rt-14-dev',
    'iproute2',
    'openssl',
    'libssl-dev',
    'mosquitto-clients',
    'alsa-utils',
    'ffmpeg',
    'systemd',
    'python3-jsonschema',
    'nftables',
  ],
  arm: ['crossbuild-essential-arm64', 'qemu-user-static'],
  image: [
    ...['mmdebstrap', 'squashfs-tools', 'kmod', 'cpio', 'systemd', 'qemu-system-arm', 'mtools', 'dosfstools'],
    ...['fdisk', 'e2fsprogs', 'u-boot-tools', 'device-tree-compiler', 'bmap-tools', 'zstd'],
  ],
}

/** What `node firmware/setup.js TASK` runs once everything stands; arguments after TASK are passed on. */
const TASKS = {
  start: { needs: ['build', 'lab'], run: ['firmware/runtime/start.ts'] },
  test: { needs: ['build', 'lab', 'test', 'arm', 'image'], run: ['firmware/testing/run.ts'] },
  bench: { needs: ['build', 'lab', 'test'], run: ['firmware/testing/bench/run.ts'] },
  console: { needs: ['build'], run: ['firmware/console/main.ts'] },
  fuzz: { needs: ['build'], run: ['firmware/testing/fuzz/fuzz.ts'] },
  flood: { needs: ['build', 'lab', 'test'], run: ['firmware/testing/flood/long.ts'] },
  image: { needs: ['build', 'arm', 'image'], run: ['rootfs-overlay/image/image.ts'] },
  hil: {
    needs: ['build', 'lab', 'test', 'arm', 'image'],
    run: ['firmware/testing/run.ts', '--long', '--only=emulated,scenarios'],
  },
  package: { needs: ['build'], run: ['firmware/api/layers/build-package.ts'] },
  docs: { needs: ['build'], run: ['firmware/api/reference/build-reference.ts'] },
  check: { needs: ['build'], run: ['firmware/testing/run.ts', '--only=check'] },
  setup: { needs: ['build', 'lab', 'test', 'arm', 'image'], run: undefined },
}

const say = (text) => process.stderr.write(`[setup] ${text}\n`)
const fail = (text) => {
  say(text)
  process.exit(1)
}
const run = (command, args, options = {}) => {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options })
  if (done.error) fail(`${command}: ${done.error.message}`)
  if (done.status !== 0) fail(`failed (${done.status ?? done.signal}): ${command} ${args.join(' ')}`)
}

function debianPackages(needs) {
  const wanted = [...new Set(needs.flatMap((need) => PACKAGES[need]))]
  const query = spawnSync('dpkg-query', ['-l', ...wanted], { encoding: 'utf8' })
  if (query.error)
    fail(
      'dpkg-query not found: this sets itself up on Debian 12; on another system install the equivalents of: ' +
        wanted.join(' '),
    )
  const have = new Set(
    query.stdout
      .split('\n')
      .filter((line) => line.startsWith('ii'))
      .map((line) => line.split(/\s+/)[1]?.split(':')[0]),
  )
  const missing = wanted.filter((name) => !have.has(name))
  if (missing.length === 0) return
  const install = ['install', '-y', '--no-install-recommends', ...missing]
  if (process.getuid() !== 0) fail(`Debian packages missing; run: sudo apt-get ${install.join(' ')}`)
  say(`installing Debian packages: ${missing.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['-qq', 'update'], { env })
  run('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...install], { env, stdio: ['ignore', 'ignore', 2] })
}

function npmPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const stamp = join(root, 'node_modules/.set-up')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  const quiet = ['--loglevel=error', '--no-fund', '--no-audit']
  say('installing npm packages')
  run('npm', ['ci', '--ignore-scripts', ...quiet])
  say('fetching Node 24')
  run('npm', ['rebuild', 'node', 'esbuild', ...quiet])
  const inside = join(root, 'node_modules/node/node_modules')
  const flavour = `node-${process.platform}-${process.arch}`
  rmSync(headers, { recursive: true, force: true })
  mkdirSync(headers, { recursive: true })
  cpSync(join(inside, flavour, 'include'), join(headers, 'include'), { recursive: true })
  say('building onoff and i2c-bus for Node 24')
  run('npm', ['rebuild', 'epoll', 'i2c-bus', ...quiet], { env: { ...process.env, npm_config_nodedir: headers } })
  portAudio(quiet)
  writeFileSync(stamp, lock)
}

/** Optional: without it everything works but handsets of the kind `portaudio`. */
function portAudio(quiet) {
  const without = (why) => say(`going on without PortAudio, so there are no handsets of kind "portaudio": ${why}`)
  if (!existsSync(join(root, 'node_modules/naudiodon'))) return without('npm left the optional package naudiodon out')
  if (process.arch === 'arm64') {
    const theirs = join(root, 'node_modules/naudiodon/portaudio/bin/libportaudio.so.2')
    rmSync(theirs, { force: true })
    cpSync('/usr/lib/aarch64-linux-gnu/libportaudio.so.2', theirs, { dereference: true })
  } else if (process.arch !== 'x64') return without(`there is PortAudio for x64 and arm64; this is ${process.arch}`)
  say('building naudiodon (PortAudio) for Node 24')
  const quietly = { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' }
  const env = { ...process.env, npm_config_nodedir: headers }
  const built = spawnSync('npm', ['rebuild', 'segfault-handler', 'naudiodon', ...quiet], { ...quietly, env })
  if (built.status !== 0) return without(`npm rebuild naudiodon failed (${built.status}): ${built.stderr.slice(-1000)}`)
  const loaded = spawnSync(join(root, 'node_modules/.bin/node'), ['-e', "require('naudiodon')"], quietly)
  if (loaded.status !== 0) without(`naudiodon does not load: ${loaded.stderr.slice(-1000)}`)
}

function nativeEngine() {
  const args = ['-C', 'native', '-s', `-j${availableParallelism()}`, 'addon']
  if (spawnSync('make', ['-q', ...args], { cwd: root, stdio: 'ignore' }).status === 0) return
  say('building the native engine')
  run('make', args)
}

const [name = 'setup', ...args] = process.argv.slice(2)
const task = TASKS[name]
if (!task) fail(`unknown task "${name}": expected one of ${Object.keys(TASKS).join(', ')}`)
if (process.platform !== 'linux') fail(`this is Linux firmware; found ${process.platform}`)
if (Number(process.versions.node.split('.')[0]) < 20) fail(`Node 20 or newer is needed; found ${process.version}`)
debianPackages(task.needs)
npmPackages()
nativeEngine()
if (task.run) {
  try {
    execFileSync(join(root, 'node_modules/.bin/node'), [...task.run, ...args], { cwd: root, stdio: 'inherit' })
  } catch (error) {
    process.exit(error.status ?? 1)
  }
}
