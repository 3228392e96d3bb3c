// A file that cannot be set up while the host stands still is run again; one that cannot for any other reason is not.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { STOOD_STILL } from './host.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))
const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** `fails`: whether it does at its nth run, from 1 on. */
const file = (name: string, fails: string, stop: boolean) => `
import { spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { beforeAll, test } from 'vitest'
const runs = new URL('${name}.runs', import.meta.url)
beforeAll(() => {
  appendFileSync(runs, '.')
  const n = readFileSync(runs, 'utf8').length
  if (!(${fails})) return
  const me = String(process.pid)
  if (${stop}) spawnSync('sh', ['-c', '(kill -STOP ' + me + '; sleep 0.1; kill -CONT ' + me + ') &'])
  throw new Error('not set up')
})
test('${name}', () => {})
`

test('run again, three times in all, with what became of it in the report', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(project, 'build/again-'))
  try {
    const path = (name: string) => join(folder, name)
    writeFileSync(
      path('vitest.config.js'),
      `export default { test: { root: ${JSON.stringify(folder)}, setupFiles: [${JSON.stringify(beside('setup.ts'))}] } }`,
    )
    writeFileSync(path('once.test.ts'), file('once', 'n === 1', true))
    writeFileSync(path('always.test.ts'), file('always', 'true', true))
    writeFileSync(path('broken.test.ts'), file('broken', 'true', false))
    const options = [
      `--config=${path('vitest.config.js')}`,
      '--reporter=json',
      `--outputFile.json=${path('report.json')}`,
    ]
    const run = (...names: readonly string[]) =>
      spawnSync(process.execPath, [beside('run.ts'), ...options, ...names.map((name) => `${name}.test.ts`)], {
        ...{ cwd: project, encoding: 'utf8' },
      })
    const runs = (name: string) => {
      const { length } = readFileSync(path(`${name}.runs`), 'utf8')
      rmSync(path(`${name}.runs`))
      return length
    }
    const ends = () => {
      const { testResults } = JSON.parse(readFileSync(path('report.json'), 'utf8'))
      return Object.fromEntries(
        testResults.map(({ name, status }: { name: string; status: string }) => [
          name.slice(folder.length + 1),
          status,
        ]),
      )
    }

    const alone = run('once')
    expect(alone.stdout + alone.stderr).toContain(`run again: ${path('once.test.ts')}: not set up (${STOOD_STILL}`)
    expect([alone.status, runs('once'), ends()]).toEqual([0, 2, { 'once.test.ts': 'passed' }])

    const all = run('once', 'always', 'broken')
    expect([all.status, runs('once'), runs('always')]).toEqual([1, 2, 3])
    expect(ends()).toEqual({ 'once.test.ts': 'passed', 'always.test.ts': 'failed', 'broken.test.ts': 'failed' })
    // The host may have stood still on its own account, and then that is said.
    if (!all.stdout.includes(`run again: ${path('broken.test.ts')}`)) expect(runs('broken')).toBe(1)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
