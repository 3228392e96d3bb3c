// A phone kept when it had started: machines that go on from there do so at once, each on its own, with all of their board.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../rootfs-overlay/image/run.ts'
import { type BoardName, boardNamed, boardText } from './boards.ts'
import { powerOn } from './machine.ts'
import { snapshotOf } from './snapshot.ts'

const build = fileURLToPath(new URL('../../build', import.meta.url))
const bootstrap = { deviceId: 'kept', boardFile: '/etc/offhook/board.json' }
const kindOf = (name: BoardName) => ({
  image: join(build, 'image-lz4'),
  board: boardNamed(name),
  files: { 'bootstrap.json': JSON.stringify(bootstrap), 'board.json': boardText(name) },
})
/** Beside another machine that starts, a guest that goes on takes its time. */
const PATIENCE_MS = 30_000
let folder: string
let disk: string
beforeAll(() => {
  folder = mkdtempSync(join(build, 'snapshot-'))
  disk = join(folder, 'data.ext4')
  run('truncate', ['-s', '32M', disk])
  // The same bytes each time, so that what is kept is found again.
  const id = '00000000-0000-4000-8000-000000000001'
  const options = ['-q', '-L', 'offhook-data', '-U', id, '-E', `hash_seed=${id}`]
  run('mkfs.ext4', [...options, disk], { env: { E2FSPROGS_FAKE_TIME: '1' } })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each<BoardName>(['matrix-on-expander', 'matrix-on-soc'])(
  'kept once, and gone on from twice: %s',
  { timeout: 400_000 },
  async (name) => {
    let prepared = 0
    const keep = () =>
      snapshotOf(name, { ...kindOf(name), disk }, async (machine) => {
        prepared++
        await machine.lcd.waitFor(/no configuration yet[\s\S]*Menu/, 120_000)
        await machine.keypad.tap('5')
      })
    const kept = await keep()
    expect(await keep()).toEqual(kept)
    expect(prepared).toBeLessThanOrEqual(1)
    for (const digit of ['1', '9'] as const) {
      const own = join(folder, `${name}-${digit}`)
      mkdirSync(own)
      const begun = performance.now()
      const machine = await powerOn({ ...kept, folder: own })
      console.log(`goes on after ${(performance.now() - begun).toFixed(0)} ms`)
      try {
        await machine.lcd.waitFor('Menu', PATIENCE_MS)
        machine.hook.lift()
        await machine.lcd.waitFor('Dial', PATIENCE_MS)
        await machine.keypad.tap(digit)
        await machine.lcd.waitFor(new RegExp(`(^|\\s)${digit}\\s`), PATIENCE_MS)
        await expect.poll(machine.lamps.lit, { timeout: PATIENCE_MS }).toEqual(['line'])
      } finally {
        await machine.kill()
      }
    }
  },
)
