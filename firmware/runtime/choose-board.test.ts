// Which board a bootstrap file stands for, and what the journal hears when it stands for none.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { PROFILES } from '../../hal/linux/profiles.ts'
import { chooseBoard } from './choose-board.ts'

const folder = mkdtempSync(join(tmpdir(), 'board-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'board.json')
const described = (text: string) => {
  writeFileSync(file, text)
  return chooseBoard({ board: 'pi-usb-handset', boardFile: file })
}

test('a profile by its name', async () => {
  expect(await chooseBoard({ board: 'pi-usb-handset' })).toEqual({ ok: true, value: PROFILES['pi-usb-handset'] })
  for (const board of ['pi-usb', 'constructor'])
    expect(await chooseBoard({ board })).toEqual({
      ok: false,
      error: `no board profile "${board}"; there is: pi-usb-handset; or describe yours in a boardFile`,
    })
})

test('a file counts before the name', async () => {
  const line = (n: number) => ({ chip: 'soc', line: n })
  const board = {
    model: 'one-key',
    chips: { soc: { labels: ['any'] } },
    matrix: { keys: [['1']], rows: [line(0)], columns: [line(1)] },
    hook: line(2),
    lcd: { bus: 0, address: '0x27' },
  }
  expect(await described(JSON.stringify(board))).toMatchObject({ ok: true, value: { model: 'one-key' } })
})

test('faults of the file are told with its name, one a line', async () => {
  expect(await chooseBoard({ board: 'any', boardFile: join(folder, 'none.json') })).toMatchObject({
    ok: false,
    error: expect.stringMatching(/none\.json: expected a readable file, got ENOENT/),
  })
  expect(await described('{ "model": "x",\n}')).toMatchObject({
    ok: false,
    error: `${file}: expected a JSON document in UTF-8, got an error in line 2, column 1 (check it with any JSON tool)`,
  })
  const empty = await described('{}')
  expect(!empty.ok && empty.error.split('\n').map((line) => line.slice(0, file.length + 8))).toEqual(
    ['/model:', '/chips:', '/matrix', '/hook: ', '/lcd: e'].map((path) => `${file} ${path}`),
  )
})
