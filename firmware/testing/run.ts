// Runs every suite one after the other, each under its own ceiling, and closes with one line: `N passed, N failed`.
// `--only=NAME[,NAME]` runs a part; what is not run is not counted. `--long` runs what is left out otherwise, too: the files
// named *.long.test.ts.
import { spawn } from 'node:child_process'
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { WAITING } from './waiting.ts'

interface Count {
  readonly passed: number
  readonly failed: number
}
interface Suite {
  readonly name: string
  /** Minutes after which it is stopped and counts as failed. */
  readonly ceiling: number
  readonly command: readonly [string, ...string[]]
  /** Reads the count from what was printed; absent: the exit code is the one result. */
  readonly count?: (output: string) => Count | undefined
}

const bin = (name: string) => `node_modules/.bin/${name}`
const closingLine = (output: string): Count | undefined => {
  const found = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)].at(-1)
  return found && { passed: Number(found[1]), failed: Number(found[2]) }
}

const vitestCount = (report: string) => (): Count | undefined => {
  if (!existsSync(report)) return undefined
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  for (const { name, assertionResults } of testResults)
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'passed' && failureMessages.length > 0)
        console.log(`tried again: ${name}: ${fullName}: ${failureMessages[0].split('\n', 1)[0]}`)
  // A skipped or unfinished test, or a file that did not load, is a failure here: nothing is passed over in silence.
  const brokenFiles = testResults.filter(
    (f: { status: string; assertionResults: unknown[] }) => f.status === 'failed' && f.assertionResults.length === 0,
  )
  const tests = testResults.flatMap((f: { assertionResults: { status: string }[] }) => f.assertionResults)
  const passed = tests.filter(({ status }: { status: string }) => status === 'passed').length
  return { passed, failed: tests.length - passed + brokenFiles.length }
}

/** Vitest's arguments after `run`, by `node` and these words before it. */
function vitestBy(words: readonly string[], name: string, ceiling: number, ...args: readonly string[]): Suite {
  const report = `build/${name}.json`
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  rmSync(report, { force: true })
  return {
    ...{ name, ceiling, count: vitestCount(report) },
    command: [process.execPath, ...words, ...reporters, ...args],
  }
}
const vitest = (name: string, ceiling: number, ...args: readonly string[]) =>
  vitestBy(['node_modules/vitest/vitest.mjs', 'run'], name, ceiling, ...args)
const realTime = (name: string, ceiling: number, ...args: readonly string[]) =>
  vitestBy(['firmware/testing/real-time/run.ts'], name, ceiling, `--config=${REAL_TIME_CONFIG}`, ...args)
/** Builds the image first. */
const scenarios = (ceiling: number, ...args: readonly string[]) =>
  vitestBy(['test-qemu/scenarios/run.ts'], 'scenarios', ceiling, ...BOOTED, ...args)

/**
 * Where voice runs in real time beside foreign peers: one test file at a time, so that none is disturbed by another, but those
 * where nobody listens to it. Only what failed while the host was seen to stand still is tried again, and said.
 */
const REAL_TIME = [
  ...['native', 'hal/portaudio', 'firmware/net', 'firmware/runtime', 'firmware/console', 'firmware/examples'],
  'firmware/api',
  ...['firmware/testing/interop', 'firmware/testing/flood', 'firmware/testing/real-time'],
  ...['provisioning/device', 'provisioning/mqtt'],
]
const REAL_TIME_CONFIG = 'firmware/testing/real-time/vitest.config.ts'
/** The device's own binaries and image under an emulator, which takes every core. */
const EMULATED = ['test-qemu', 'rootfs-overlay']
/** What boots the image that is built for it, in a network of its own: used as a phone, or its board alone. */
const BOOTED = ['test-qemu/scenarios', 'test-qemu/board', 'test-qemu/machine/snapshot']
const without = (...places: readonly string[]) => places.map((place) => `--exclude=${place}{/**,.*}`)

const { values } = parseArgs({ options: { only: { type: 'string' }, long: { type: 'boolean', default: false } } })
const LONG = '**/*.long.test.ts'
const unlessLong = values.long ? [] : [`--exclude=${LONG}`]
const left = values.long ? [] : globSync(`test-qemu/${LONG}`).sort()
if (left.length > 0) console.log(`only with npm run hil: ${left.join(', ')}`)

const JOBS = `-j${availableParallelism()}`

/** The folders whose one-line tsconfig.json takes Node's types away. */
const pureFloors = globSync('{firmware,hal,ui-lcd,provisioning}/**/tsconfig.json').map(dirname).sort()

const SUITES: readonly Suite[] = [
  { name: 'format', ceiling: 0.5, command: [bin('biome'), 'check', '.'] },
  { name: 'types', ceiling: 0.5, command: [bin('tsc'), '-p', '.'] },
  ...pureFloors.map((floor): Suite => ({ name: `types:${floor}`, ceiling: 0.05, command: [bin('tsc'), '-p', floor] })),
  { name: 'native', ceiling: 3, command: ['make', JOBS, '-s', '-C', 'native', 'check'], count: closingLine },
  {
    name: 'native-asan',
    ceiling: 3.7,
    command: ['make', JOBS, '-s', '-C', 'native', 'check', 'SANITIZE=address,undefined'],
    count: closingLine,
  },
  {
    name: 'native-tsan',
    ceiling: 3.2,
    command: ['make', JOBS, '-s', '-C', 'native', 'check', 'SANITIZE=thread'],
    count: closingLine,
  },
  { name: 'fuzz', ceiling: 2.6, command: ['make', JOBS, '-s', '-C', 'native', 'fuzz-run', 'SECONDS=10'] },
  {
    name: 'parser-fuzz',
    ceiling: 1.4,
    command: [process.execPath, 'firmware/testing/fuzz/fuzz.ts', '--seconds', '60'],
  },
  vitest('logic', 2, ...without(...REAL_TIME, ...EMULATED)),
  realTime('waiting', 4.5, '--maxWorkers=3', ...WAITING),
  realTime('real-time', 17.2, '--maxWorkers=1', ...WAITING.map((file) => `--exclude=${file}`), ...REAL_TIME),
  vitest('emulated', values.long ? 25 : 5.5, '--maxWorkers=1', ...EMULATED, ...without(...BOOTED), ...unlessLong),
  scenarios(values.long ? 45 : 4, ...unlessLong),
]

function run({ command, ceiling }: Suite): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    let output = ''
    const keep = (chunk: Buffer) => {
      output += chunk
      process.stdout.write(chunk)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const timer = setTimeout(() => {
      console.log(`stopped after ${ceiling} min`)
      process.kill(-child.pid!, 'SIGKILL')
    }, ceiling * 60_000)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? 1, output })
    })
    child.on('error', (error) => keep(Buffer.from(`${command[0]}: ${error.message}\n`)))
  })
}

/** What continuous integration may take in all, minutes, should every suite be stopped; two thirds of it on an idle machine. */
const WHOLE = 50
const ceilings = SUITES.reduce((sum, { ceiling }) => sum + ceiling, 0)
if (!values.long && ceilings >= WHOLE)
  throw new Error(`the suites' ceilings add up to ${ceilings} min, ${WHOLE} or more`)

const only = values.only?.split(',')
const CHECK = ['format', 'types']
const wanted = (name: string) =>
  only === undefined ||
  only.some((o) => (o === 'check' ? CHECK.includes(name.split(':')[0]!) : name === o || name.startsWith(`${o}-`)))
const suites = SUITES.filter(({ name }) => wanted(name))
if (suites.length === 0) {
  console.error(`--only=${values.only}: no such suite; there are check, ${SUITES.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const total = { passed: 0, failed: 0 }
for (const suite of suites) {
  const started = performance.now()
  console.log(`== ${suite.name}`)
  const { code, output } = await run(suite)
  const counted = suite.count?.(output) ?? {
    passed: code === 0 && !suite.count ? 1 : 0,
    failed: code === 0 && !suite.count ? 0 : 1,
  }
  total.passed += counted.passed
  // An exit code that says failure weighs even where every counted test passed.
  total.failed += counted.failed === 0 && code !== 0 ? 1 : counted.failed
  console.log(
    `== ${suite.name}: ${code === 0 ? 'ok' : `failed (${code})`} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  )
}
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)
