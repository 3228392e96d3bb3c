// Text over a socket comes in pieces: whole lines are told, and what never ends ends the connection, once and by name.
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { expectOne, readLines } from './lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'lines-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function pair(name: string): Promise<{ near: Socket; far: Socket }> {
  const path = join(folder, name)
  const near = expectOne(path, new Promise<never>(() => {}))
  const far = createConnection(path).on('error', () => {})
  return { near: await near, far }
}

test('lines in pieces, several at once, with either end', async () => {
  const { near, far } = await pair('pieces')
  const lines: string[] = []
  readLines(near, (line) => lines.push(line))
  for (const piece of ['one\ntw', 'o\r\n', '\nthree\nnot yet']) {
    far.write(piece)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect(lines).toEqual(['one', 'two', '', 'three'])
  far.destroy()
})

test('a line that does not end ends the connection; what came whole before it was told', async () => {
  const { near, far } = await pair('endless')
  const [lines, errors]: [string[], string[]] = [[], []]
  readLines(near, (line) => lines.push(line))
  near.on('error', ({ message }) => errors.push(message))
  const closed = new Promise((resolve) => near.once('close', resolve))
  far.write('whole\n')
  for (let n = 0; n < 40; n++) far.write('x'.repeat(100_000))
  await closed
  expect(lines).toEqual(['whole'])
  expect(errors).toEqual(['a line of more than 1000000 characters came'])
})
