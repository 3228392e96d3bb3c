// A console and baresip that tell each other tones: files, processes and their end, for all tests of a file.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type ConsoleProcess, startConsole } from '../console.ts'
import { writeTone } from '../tone.ts'
import { type Baresip, type BaresipOptions, startBaresip } from './baresip.ts'

/** Hz. */
export const [OURS, THEIRS] = [1000, 440]

export interface ToneConsole {
  /** In the folder of these tests. */
  file(name: string): string
  /** Says OURS, with its messages traced. */
  readonly console: ConsoleProcess
  /** Where it is called. */
  readonly at: string
  /** Answers and says THEIRS; ended after each test. */
  meet(more: Partial<BaresipOptions>): Promise<Baresip>
  /** Whom this test met last. */
  readonly peer: Baresip
}

/** `name` is that of the folder. */
export function toneConsole(name: string): ToneConsole {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`))
  const file = (of: string) => join(folder, of)
  let ours: ConsoleProcess
  let at: string
  let peer: Baresip | undefined

  beforeAll(async () => {
    writeTone(file('ours.wav'), OURS, 30, 8000)
    writeTone(file('theirs.wav'), THEIRS, 30, 8000)
    ours = startConsole()
    const device = { kind: 'wav', in: file('ours.wav'), out: file('heard.wav'), loop: true, rate: 8000 }
    const { port } = await ours.do({ do: 'start', address: '127.0.0.1', device, trace: true, codecs: ['PCMU'] })
    at = `sip:me@127.0.0.1:${port}`
  }, 20_000)
  afterEach(async () => {
    await peer?.stop()
    peer = undefined
  })
  afterAll(async () => {
    await ours?.end()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    file,
    get console() {
      return ours
    },
    get at() {
      return at
    },
    get peer() {
      if (peer === undefined) throw new Error('nobody was met')
      return peer
    },
    async meet(more) {
      peer = await startBaresip({ speaks: file('theirs.wav'), user: 'peer', answer: 'auto', ...more })
      return peer
    },
  }
}
