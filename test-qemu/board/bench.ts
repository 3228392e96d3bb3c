// A machine that runs the guest's program instead of the phone, and the rig the board's contract takes.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { BEAT_MS } from '../../firmware/base/beat.ts'
import type { BoardRig, ContractLimits } from '../../hal/api/board.contract.ts'
import { type BoardName, boardNamed, boardText } from '../machine/boards.ts'
import { type Machine, powerOn } from '../machine/machine.ts'
import { connectPort } from '../machine/ports.ts'
import { boardInitrd } from './guest-files.ts'
import { type Guest, meetGuest, type RemoteBoard } from './remote-board.ts'
import { PORT } from './wire.ts'

const build = fileURLToPath(new URL('../../build', import.meta.url))

export interface Bench {
  readonly machine: Machine
  readonly guest: Guest
}

const MOMENT_MS = 100

/** `name` is that of its folder in build/hil too. Resolves when the guest has nothing else to start, and its program has found all of its hardware. */
export async function setUp(name: BoardName, folder = join(build, 'hil', name)): Promise<Bench> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const port = join(folder, 'port')
  const machine = await powerOn({
    ...{ image: join(build, 'image-lz4'), folder, board: boardNamed(name) },
    files: { 'bootstrap.json': '{}', 'board.json': boardText(name) },
    ...{ initrds: [await boardInitrd(folder)], ports: { [PORT]: port } },
  })
  const guest = await meetGuest(await connectPort(port))
  await machine.said('Startup finished', 120_000)
  const first = await guest.open()
  await new Promise<void>((resolve) => {
    const ready = new Set<string>()
    first.start((event) => {
      if (event.kind === 'device' && event.state === 'ready') ready.add(event.device)
      if (ready.size === 4) resolve()
    })
  })
  await first.stop()
  return { machine, guest }
}

/** A board in the guest, opened anew, on hardware as it leaves the factory. */
export async function rigOf({ machine, guest }: Bench): Promise<BoardRig & { readonly board: RemoteBoard }> {
  const { hardware, expander } = machine
  await machine.adapter.plug()
  hardware.hook(false)
  hardware.bus.nak(0)
  expander.nak(0)
  const board = await guest.open()
  for (const key of board.description.keys) hardware.key(key, false)
  machine.lcd.plug()
  const found = hardware.lcd.faults.length
  return {
    board,
    now: board.now,
    async pass(forMs) {
      await sleep(forMs)
      // A moment is how long a contact stays as it is, whether or not it was heard of.
      if (forMs > MOMENT_MS) await board.caughtUp()
    },
    key: hardware.key,
    hook: hardware.hook,
    lit: (led) => hardware.lit().includes(led),
    lcd: {
      screen: hardware.lcd.rows,
      cursor: hardware.lcd.cursor,
      backlight: hardware.lcd.backlight,
      unplug: machine.lcd.unplug,
      plug: machine.lcd.plug,
      nak: machine.lcd.nak,
      faults: () => hardware.lcd.faults.slice(found),
    },
    bus: hardware.bus.count,
    held: board.held,
  }
}

/**
 * An emulated Cortex-A53 on a busy machine is some ten times slower than a real one, each message of its bus a journey through
 * two processes. Its boards have long presses of three seconds, so that no press of these tests is one by the way, and a
 * column on the processor's own lines has 20 ms to settle, as its far end is this process; fifty frames take as long as a few
 * transfers to get there.
 */
export const EMULATED: ContractLimits = {
  ...{ startMs: 15_000, keyMs: 900, hookMs: 300, toldMs: 1000, longMs: 3000, lampMs: 200, shownMs: 1500 },
  ...{ redrawMs: 41.5, staleMs: 25, cellMs: 2.2, lostMs: BEAT_MS + 1000, recoveryMs: 9000 },
}
