// The simulated phone in a real (pseudo-)terminal: shown, dialled with the keyboard, left.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const START = fileURLToPath(new URL('start.ts', import.meta.url))

// `script`, in every Debian, gives the child a terminal of its own.
const command = `stty rows 24 columns 80; exec ${process.execPath} ${START}`
const child = spawn('script', ['-qfec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] })
const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
afterAll(() => {
  child.kill()
})

let written = ''
let look = () => {}
child.stdout.on('data', (chunk: Buffer) => {
  written += chunk.toString()
  look()
})

/** Resolves when the terminal was written this, after what was waited for before. */
const shows = (text: string) =>
  new Promise<void>((resolve) => {
    look = () => {
      const at = written.indexOf(text)
      if (at < 0) return
      written = written.slice(at + text.length)
      resolve()
    }
    look()
  })

test('a call from the keyboard', { timeout: 30_000 }, async () => {
  await shows('Offhook')
  await shows('Ready')
  child.stdin.write(' ')
  await shows('LIFTED')
  child.stdin.write('101')
  await shows('101')
  child.stdin.write('#')
  await shows('Ringing')
  await shows('PCMA')
  child.stdin.write('h')
  await shows('On hold')
  child.stdin.write('q')
  await shows('The log is in')
  expect(await ended).toBe(0)
})
