// How long a key takes: to the display over the modelled bus, and to an INVITE at the socket, through the real machines.
// node_modules/.bin/node ui-lcd/latency.bench.ts
import { ms } from '../firmware/base/time.ts'
import { Street, settingsOf } from '../firmware/testing/street.ts'
import type { BoardEvent, Key } from '../hal/api/board.ts'
import { createRunner } from '../hal/core/runner.ts'
import { createFakeBoard } from '../hal/fake/fake-board.ts'
import { createVirtualClock } from '../hal/fake/virtual-clock.ts'
import { createScreenUi, type ScreenUiOutput } from './screen-ui.ts'

const RUNS = 300
/** Virtual time is looked at in steps of this, ms. */
const STEP = 0.1

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b)
const at = (values: readonly number[], part: number) => sorted(values)[Math.floor(values.length * part)] ?? Number.NaN
function say(what: string, values: readonly number[], unit: string): void {
  const [half, most] = [at(values, 0.5), at(values, 0.95)].map((value) => value.toFixed(unit === 'µs' ? 0 : 1))
  console.log(`${what.padEnd(62)} median ${half} ${unit}, 95 % ${most} ${unit}`)
}

/** A desk phone on a board whose contacts, bus and display are modelled, all in virtual time. */
function desk() {
  const place = new Street()
  const clock = createVirtualClock(0)
  const board = createFakeBoard({ clock })
  const phone = place.desk('10.0.0.1', settingsOf('sip:alice@10.0.0.1'))
  let spentUs = 0
  let handed = 0
  const ui = createRunner(createScreenUi({ size: board.description.display }), clock, (output: ScreenUiOutput) => {
    if (output.to === 'board') board.handle(output.command)
    else if (output.to === 'phone') {
      phone.does(output.intent)
      ui.feed({ from: 'phone', view: phone.view() })
    }
  })
  ui.start()
  ui.feed({ from: 'phone', view: phone.view() })
  board.start((event: BoardEvent) => {
    place.now = ms(clock.now())
    const begun = performance.now()
    ui.feed({ from: 'board', event })
    spentUs = (performance.now() - begun) * 1000
    handed = clock.now()
  })
  clock.advance(1000)
  /** Virtual ms until `done`. */
  const until = (done: () => boolean): number => {
    const begun = clock.now()
    while (!done()) {
      if (clock.now() - begun > 1000) throw new Error('it never happens')
      clock.advance(STEP)
    }
    return clock.now() - begun
  }
  return { place, clock, board, phone, until, last: () => ({ spentUs, handed }) }
}

const shownAfter: number[] = []
const afterEvent: number[] = []
const cpu: number[] = []
{
  const { board, clock, until, last } = desk()
  board.lift()
  clock.advance(500)
  for (let n = 0; n < RUNS; n++) {
    const key = String(n % 10) as Key
    // Another moment of the scan each time.
    clock.advance(300 + (n % 17) * 1.3)
    const before = board.cursor()?.column
    board.press(key)
    const begun = clock.now()
    shownAfter.push(until(() => board.cursor()?.column !== before || board.screen()[1]?.trim() === key))
    afterEvent.push(clock.now() - last().handed)
    cpu.push(last().spentUs)
    if (last().handed < begun) throw new Error('the key was not handed on')
    if (n % 12 === 11) {
      clock.advance(300)
      board.press('soft4')
      clock.advance(500)
    }
  }
}
say('digit: contact closes → its cell and the cursor are on the LCD', shownAfter, 'ms')
say('digit: debounced key → on the LCD (100 kHz bus)', afterEvent, 'ms')
say('digit: keypad event → frame handed to the board, CPU', cpu, 'µs')

const sentAfter: number[] = []
const sendCpu: number[] = []
{
  const { place, board, clock, phone, until, last } = desk()
  for (let n = 0; n < RUNS; n++) {
    board.lift()
    clock.advance(300 + (n % 17) * 1.3)
    for (const key of '10*0*0*9') {
      board.press(key as Key)
      clock.advance(200)
    }
    clock.advance((n % 17) * 1.3)
    const wire = place.wire.length
    board.press('#')
    sentAfter.push(until(() => place.wire.length > wire))
    sendCpu.push(last().spentUs)
    if (!place.wire.at(-1)?.startsWith('INVITE')) throw new Error(`sent ${place.wire.at(-1)}`)
    board.hangUp()
    clock.advance(300)
    place.run(70_000)
    clock.advance(70_000 - 300)
    if (phone.shows() !== 'idle') throw new Error(phone.shows())
  }
}
say('#: contact closes → INVITE handed to the socket', sentAfter, 'ms')
say('#: keypad event → INVITE handed to the socket, CPU', sendCpu, 'µs')
