// The startup snapshot of the firmware, built and begun by this machine's Node: the same bytes each time, and nothing in what
// begins from it is the builder's.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { bundle } from './bundle.ts'
import { buildSnapshot } from './snapshot.ts'

vi.setConfig({ testTimeout: 30_000 })

const folder = mkdtempSync(join(tmpdir(), 'offhook-snapshot-'))
afterAll(() => rmSync(folder, { recursive: true }))
const here = (path: string) => join(import.meta.dirname, path)

type Run = (args: readonly string[], env: Record<string, string>, v8?: readonly string[]) => unknown

/** A program's bundle and snapshot; gives what the program prints as JSON when begun from it. */
async function snapshotOf(program: string): Promise<Run> {
  const at = mkdtempSync(join(folder, 'program-'))
  symlinkSync(here('../../node_modules'), join(at, 'node_modules'))
  writeFileSync(join(at, 'program.ts'), `import { begin } from '${here('begin.ts')}'\n${program}`)
  const file = await bundle(join(at, 'program.ts'), join(at, 'program.cjs'))
  const blob = join(at, 'program.blob')
  buildSnapshot([process.execPath], file, blob)
  return (args, env, v8 = []) => {
    const words = [...v8, '--snapshot-blob', blob, file, ...args]
    return JSON.parse(execFileSync(process.execPath, words, { env, encoding: 'utf8' }))
  }
}

test('two snapshots of the phone are the same, whoever builds them, and do not name who did', async () => {
  const file = await bundle(here('main.ts'), join(folder, 'offhook.cjs'))
  const [one, two] = ['one', 'two'].map((name) => {
    mkdirSync(join(folder, name))
    buildSnapshot([process.execPath], file, join(folder, name, 'offhook.blob'))
    return readFileSync(join(folder, name, 'offhook.blob'))
  })
  expect(one!.equals(two!)).toBe(true)
  expect(one!.length).toBeLessThan(8_000_000)
  for (const name of [process.execPath, join(folder, 'one')]) expect(one!.includes(name)).toBe(false)
})

test('arguments, environment, process and clocks are those of the process that begins', async () => {
  const run = await snapshotOf(`
    const loaded = { env: process.env.GIVEN ?? 'none', at: Date.now() }
    begin((of) => console.log(JSON.stringify({
      of, loaded, env: process.env.GIVEN, args: process.argv.slice(2), pid: process.pid, node: process.execPath,
      at: Date.now(), upMs: performance.now(), chance: Math.random(),
    })), ['crypto'])`)
  const began = Date.now()
  const one = run(['a', 'b c'], { GIVEN: 'one' }) as Record<string, unknown>
  const two = run([], { GIVEN: 'two' }) as Record<string, unknown>
  expect(one).toMatchObject({ of: 'snapshot', env: 'one', args: ['a', 'b c'], node: process.execPath })
  expect(two).toMatchObject({ of: 'snapshot', env: 'two', args: [] })
  // What was asked for at load shows that the test would see the builder's.
  expect(one.loaded).toEqual(two.loaded)
  expect(one.loaded).toMatchObject({ env: 'none' })
  expect(one.at).toBeGreaterThanOrEqual(began)
  expect(one.upMs).toBeLessThan(Date.now() - began)
  expect(one.pid).toBeGreaterThan(1)
  expect(one.pid).not.toBe(two.pid)
  expect(one.chance).not.toBe(two.chance)
})

test('what is called first has not to be compiled first', async () => {
  const run = await snapshotOf(`
    function outer(n: number) { return inner; function inner() { return n + 1 } }
    function maker(n: number) { return new Function('return function made(n) { return n + 1 }')()(n) }
    begin(() => console.log(JSON.stringify([outer(1)(), maker(1)])), [])`)
  const log = join(folder, 'functions.log')
  expect(run([], {}, ['--log-function-events', `--logfile=${log}`, '--no-logfile-per-isolate'])).toEqual([2, 2])
  // function,interpreter,script,from,to,ms,time,NAME
  const lines = readFileSync(log, 'utf8').split('\n')
  const compiled = lines.filter((line) => line.startsWith('function,interpreter,')).map((line) => line.split(',')[7])
  // Made at run time: the log would show the others.
  expect(compiled).toContain('made')
  for (const name of ['outer', 'inner', 'maker']) expect(compiled).not.toContain(name)
})

test('packages with native code are found beside the bundle, those in it are loaded when asked for', async () => {
  const run = await snapshotOf(`
    begin(async () => {
      const { Gpio } = await import('onoff')
      const { default: i2c } = await import('i2c-bus')
      const { default: mqtt } = await import('mqtt')
      console.log(JSON.stringify([typeof Gpio, typeof i2c.openSync, typeof mqtt.connect]))
    }, [])`)
  expect(run([], {})).toEqual(['function', 'function', 'function'])
})

test('a program that cannot be held in a snapshot is named, with what Node says', async () => {
  await expect(snapshotOf(`setInterval(() => {}, 1000).unref(); throw new Error('at load')`)).rejects.toThrow(
    /no snapshot of .*program\.cjs \(\d+\): [\s\S]*at load/,
  )
})
