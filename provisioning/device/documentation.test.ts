// docs/provisioning.md, told to a broker and a phone: every example is run, every answer is the one printed there.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { plainFormats } from '../schema/formats.ts'
import { readBootstrap } from '../store/bootstrap.ts'
import { openSetup } from '../store/setup.ts'
import { startBroker } from '../testing/mosquitto.ts'
import { observe } from '../testing/observer.ts'
import { startPhone } from './testing/phone.ts'

// Other programs are waited for, on machines busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const ROOT = resolve(import.meta.dirname, '../..')

interface Block {
  /** `sh`, `text`, or the word after `json`: a file name, or what it is. */
  readonly what: string
  readonly text: string
}

const blocks = async (): Promise<Block[]> => {
  const markdown = await readFile(join(ROOT, 'docs/provisioning.md'), 'utf8')
  return [...markdown.matchAll(/^```(?:json )?(\S+)\n([\s\S]*?)^```$/gm)].map(([, what, text]) => ({
    what: what!,
    text: text!,
  }))
}

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offhook-documentation-'))
})
afterAll(() => rm(directory, { recursive: true }))

test('the documentation is true', async () => {
  const broker = await startBroker()
  const operator = await observe(broker.port, 'offhook/1/desk-17')
  const phone = await startPhone(join(directory, 'state'), broker.url, 'desk-17', ({ secrets }) =>
    secrets.main?.password?.reveal() === 'open sesame' ? undefined : 'wrong password',
  )
  phone.connect()
  const all = await blocks()
  expect(all.map(({ what }) => what)).toEqual([
    ...['bootstrap', 'phone.json', 'sh', 'text', 'reported'],
    ...['wrong.json', 'sh', 'text', 'reported', 'broken.json', 'reported'],
    ...['setup.json', 'wrong-setup.json', 'sh', 'text', 'sh', 'text'],
  ])
  let printed = ''
  for (const { what, text } of all) {
    switch (what) {
      case 'bootstrap': {
        expect((await readBootstrap(await written('bootstrap.json', text), {})).ok).toBe(true)
        break
      }
      case 'setup.json':
        expect((await openSetup(await written(what, text), plainFormats)).ok).toBe(true)
        break
      case 'wrong-setup.json':
        await written(what, text)
        break
      case 'sh':
        printed = await shell(text)
        break
      case 'text':
        expect(printed).toBe(text)
        break
      case 'reported':
        expect(await operator.sees('config/reported', JSON.parse(text))).toEqual(JSON.parse(text))
        break
      default:
        await written(what, text)
        // The first goes the way the documentation says; the others would not leave the tool, or are only shown.
        if (what !== 'phone.json') await operator.publish('config/desired', text, '-r')
    }
  }
  await phone.stop()
  operator.close()
  await broker.dispose()

  async function written(name: string, text: string): Promise<string> {
    const file = join(directory, name)
    await writeFile(file, text)
    return file
  }

  function shell(script: string): Promise<string> {
    const here = script
      .replaceAll('node provisioning/', `${process.execPath} ${ROOT}/provisioning/`)
      .replaceAll('mqtt://broker.example.com', broker.url)
      .replaceAll('-h broker.example.com', `-h 127.0.0.1 -p ${broker.port}`)
    return new Promise((resolve) => {
      execFile('bash', ['-c', here], { cwd: directory }, (_, stdout, stderr) => resolve(stdout + stderr))
    })
  }
})
