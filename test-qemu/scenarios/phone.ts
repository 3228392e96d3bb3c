// The booted phone in a scenario: its machine, root's shell in it, the person at its handset, and what they leave to read.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { encodeWav, type Sound } from '../../firmware/lab/signal/wav.ts'
import { type ToneShare, toneOf } from '../../firmware/testing/tone.ts'
import type { Key } from '../../hal/api/board.ts'
import { HANDSET_PORT, type Handset, openHandset, RATE } from '../guest/handset.ts'
import { openShell, SHELL_PORT, type Shell } from '../guest/shell.ts'
import { type BoardName, boardNamed, boardText } from '../machine/boards.ts'
import { type Machine, powerOn as start } from '../machine/machine.ts'
import type { MachineOptions } from '../machine/options.ts'
import { snapshotOf } from '../machine/snapshot.ts'
import { CARD, HERE, networkArguments, PHONE } from '../network/network.ts'
import { spokenOverWire } from '../network/wire-tap.ts'
import { inTime } from './in-time.ts'
import type { Stage } from './stage.ts'

export const project = fileURLToPath(new URL('../..', import.meta.url))
const build = join(project, 'build')
/** Built by `run.ts` before. */
export const [IMAGE, EXTRA] = [join(build, 'image-lz4'), join(build, 'hil-extra.gz')]
/** Of the country the phone is in, Hz. */
export const DIAL_TONE = 425
/** What the person says, Hz. */
export const PERSON_SAYS = 1000

/** How far the phone's converter of rates goes to follow the other side's clock, as a share of the frequency. */
export const OFF = 0.01

/** How long a key is pressed at least, the pause after it, and how long it is pressed when the display does not answer, ms. */
const [PRESS_MS, PAUSE_MS, MOST_MS] = [300, 200, 2000]
const FLASH_MS = 300
/** The newest of it, no more than the shell can say. */
const JOURNAL = 'journalctl -b -n 5000 -o short-precise --no-pager | cut -b-400 | tail -c 600000'
const JOURNAL_MS = 10_000
const READY_MS = 180_000
const REGISTERED = /SIP\/2\.0 200 OK\r\n(?:[^\r\n]+\r\n)*CSeq: \d+ REGISTER\r/

export interface Phone {
  readonly machine: Machine
  readonly shell: Shell
  readonly handset: Handset
  /** Since it was switched on. */
  seconds(): number
  /** Resolves when the registrar's yes has gone over the wire. */
  registered(): Promise<void>
  /** Resolves when it is registered and says so; a busy machine takes its time. */
  ready(): Promise<readonly string[]>
  /** Presses a key until the display answers. */
  press(key: Key): Promise<void>
  /** The hook, pressed for a moment. */
  flash(): Promise<void>
  /** Presses the digits of a number, each until the display shows it, and `#`, which sends it. */
  dial(number: string): Promise<void>
  /** Resolves when the display shows it. */
  shows(text: string | RegExp, withinMs?: number): Promise<readonly string[]>
  /** Listens for so long: how much of it was this tone. */
  hears(hertz: number, seconds: number): Promise<ToneShare>
  /** What it has said to this machine up to now. */
  spoken(): Sound
  /** Pulls the plug, after what it says of itself was kept. */
  off(): Promise<void>
  /** Pulls the plug this moment. */
  cut(): Promise<void>
}

export type PowerOn = Partial<Pick<MachineOptions, 'data' | 'rtc' | 'kernelWords'>> & {
  /** Default: the key matrix on lines that tell their edges. */
  readonly board?: BoardName
}

const STARTED_MS = 180_000

const portsIn = (folder: string) => ({
  [SHELL_PORT]: join(folder, 'shell'),
  [HANDSET_PORT]: join(folder, 'handset'),
})

/** Without what it leaves to read: where that goes makes no other machine. */
function machineOf({ bootstrap, files }: Stage, folder: string, { board = 'matrix-on-soc', ...rest }: PowerOn) {
  return {
    ...{ image: IMAGE, board: boardNamed(board), initrds: [EXTRA], network: networkArguments() },
    ports: portsIn(folder),
    files: { 'bootstrap.json': JSON.stringify(bootstrap), 'board.json': boardText(board), ...files },
    ...rest,
  }
}

/** Resolves when QEMU runs, long before the phone stands. `folder` must exist. */
export const powerOn = (stage: Stage, folder: string, options: PowerOn): Promise<Phone> =>
  begin(machineOf(stage, folder, options), folder)

/**
 * A phone that was kept when all of it had started, without a cable; it is plugged in now. What the guest takes for the time
 * is set anew. `folder` must exist.
 */
export async function plugIn(stage: Stage, folder: string): Promise<Phone> {
  const kept = await snapshotOf('started', machineOf(stage, folder, {}), async ({ qmp, lcd, said }) => {
    await qmp.execute('set_link', { name: CARD, up: false })
    await said('Startup finished', STARTED_MS)
    await lcd.waitFor('Menu', STARTED_MS)
  })
  const phone = await begin(kept, folder)
  await phone.shell.out(`date -s @${Date.now() / 1000}`)
  await phone.machine.qmp.execute('set_link', { name: CARD, up: true })
  return phone
}

async function begin(options: Omit<MachineOptions, 'folder'>, folder: string): Promise<Phone> {
  const begun = performance.now()
  const wire = join(folder, 'wire.pcap')
  const machine = await start({ ...options, folder, network: networkArguments(wire) })
  const seconds = () => (performance.now() - begun) / 1000
  const ports = portsIn(folder)
  const [shell, handset] = await Promise.all([openShell(ports[SHELL_PORT]), openHandset(ports[HANDSET_PORT])])
  handset.says(tone(PERSON_SAYS))
  let [shown, isOff] = ['', false]
  const frames = join(folder, 'display.log')
  const watch = setInterval(() => {
    const now = machine.lcd
      .rows()
      .map((row) => `        |${row}|\n`)
      .join('')
    if (now !== shown) appendFileSync(frames, `${seconds().toFixed(2)} s\n${now}`)
    shown = now
  }, 20)
  const hold = async (key: Key, answered: (rows: readonly string[]) => boolean) => {
    const begun = performance.now()
    machine.keypad.press(key)
    for (let held = 0; held < PRESS_MS || (held < MOST_MS && !answered(machine.lcd.rows())); ) {
      await sleep(20)
      held = performance.now() - begun
    }
    machine.keypad.release(key)
    await sleep(PAUSE_MS)
  }
  const press = (key: Key) => {
    const before = machine.lcd.rows().join()
    return hold(key, (rows) => rows.join() !== before)
  }
  const cut = async () => {
    isOff = true
    clearInterval(watch)
    shell.close()
    handset.close()
    await machine.kill()
  }
  const keep = async () => {
    writeFileSync(join(folder, 'heard.wav'), encodeWav({ rate: RATE, samples: handset.heard(0) }))
    const journal = await inTime('the journal of the guest', JOURNAL_MS, shell.run(JOURNAL)).then(
      ({ stdout, stderr }) => stdout + stderr,
      (error: Error) => `${error.message}\n`,
    )
    writeFileSync(join(folder, 'journal.log'), journal)
  }
  return {
    ...{ machine, shell, handset, seconds },
    press,
    async flash() {
      machine.hook.down()
      await sleep(FLASH_MS)
      machine.hook.lift()
    },
    async dial(number) {
      for (const [n, digit] of [...number].entries())
        await hold(digit as Key, (rows) => rows.some((row) => row.startsWith(number.slice(0, n + 1))))
      await press('#')
    },
    async registered() {
      const until = performance.now() + READY_MS
      while (!REGISTERED.test(readFileSync(wire, 'latin1'))) {
        if (performance.now() > until) throw new Error(`waited ${READY_MS / 1000} s for the registrar's 200 in ${wire}`)
        await sleep(50)
      }
    },
    ready: () => machine.lcd.waitFor('Ready', READY_MS),
    shows: (text, withinMs) => machine.lcd.waitFor(text, withinMs),
    async hears(hertz, seconds) {
      const from = handset.now()
      await handset.listens(seconds)
      return toneOf({ rate: RATE, samples: handset.heard(from) }, hertz, OFF)
    },
    spoken: () => spokenOverWire(wire, PHONE, HERE),
    cut,
    async off() {
      if (isOff) return
      await keep()
      await cut()
    },
  }
}

/** A second of it, to be repeated. */
const tone = (hertz: number) =>
  Float32Array.from({ length: RATE }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / RATE))
