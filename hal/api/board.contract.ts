// The contract of a board as tests: any board whose hands and eyes are given keeps it, modelled or emulated.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Millis } from '../../firmware/base/time.ts'
import { type Board, type BoardEvent, KEYS, type Key, LEDS, type Led } from './board.ts'

type Done = void | Promise<void>

/** A board under test with hands to move its contacts and eyes to read its display. */
export interface BoardRig {
  readonly board: Board
  /** Time of the clock the events are stamped with. */
  now(): Millis
  /** Lets this much time pass. */
  pass(ms: number): Promise<void>
  /** Contacts bounce as real ones do. */
  key(key: Key, closed: boolean): Done
  hook(offHook: boolean): Done
  lit(led: Led): boolean | Promise<boolean>
  readonly lcd: {
    screen(): readonly string[] | Promise<readonly string[]>
    cursor(): { readonly column: number; readonly row: number } | undefined
    backlight(): boolean
    unplug(): Done
    plug(): Done
    /** The next transfers are not acknowledged. */
    nak(times: number): Done
    /** What the display found wrong with what it was sent. */
    faults(): readonly string[]
  }
  bus(): { readonly busyMs: number; readonly longestMs: number; readonly overlaps: number }
  /** What is still held of lines and buses, after `stop`. */
  held(): readonly string[] | Promise<readonly string[]>
}

/** All ms; an emulator needs more than the data sheets say. */
export interface ContractLimits {
  /** From the start until every device has been told. */
  readonly startMs: number
  /** From the closing of a contact to its event. */
  readonly keyMs: number
  readonly hookMs: number
  /** A contact that moved has been told after this long, whatever it was; at most a third of `longMs`. */
  readonly toldMs: number
  /** The board's own, from press to `long`. */
  readonly longMs: number
  /** A lamp shines as told after this long, and a frame is on the display. */
  readonly lampMs: number
  readonly shownMs: number
  /** Bus time of a full redraw, and of one changed cell with the checks of the display between. */
  readonly redrawMs: number
  /** Bus time spent on frames that are not the newest any more, when many come as fast as they can. */
  readonly staleMs: number
  readonly cellMs: number
  /** From unplugging the display to being told: it is asked a second after a write, and ever more seldom up to each beat. */
  readonly lostMs: number
  /** From replugging to the whole screen. */
  readonly recoveryMs: number
}
export const LIMITS: ContractLimits = {
  ...{ startMs: 500, keyMs: 45, hookMs: 60, toldMs: 120, longMs: 800, lampMs: 20, shownMs: 200 },
  ...{ redrawMs: 41, staleMs: 5, cellMs: 1.3, lostMs: 1500, recoveryMs: 5500 },
}

const FRAME_A = [
  'Ready          14:05 ',
  'Reception            ',
  'Grün für alle        ',
  'Redl           End   ',
].map((row) => row.slice(0, 20))
const FRAME_B = ['0123456789abcdefghij', 'ABCDEFGHIJKLMNOPQRST', 'klmnopqrst9876543210', 'UVWXYZ.,:;!?()[]{}<>'].map(
  (row) => row.slice(0, 20),
)

export function boardContract(name: string, makeRig: () => Promise<BoardRig>, limits: ContractLimits = LIMITS): void {
  // On an emulator the time that passes is real.
  const timeout = 20_000 + 4 * KEYS.length * limits.toldMs
  describe(`board contract: ${name}`, { timeout }, () => {
    let rig: BoardRig
    let events: BoardEvent[]
    const told = () =>
      events.flatMap((event) =>
        event.kind === 'key' ? [`${event.key} ${event.action}`] : event.kind === 'hook' ? [`hook ${event.state}`] : [],
      )
    const devices = () =>
      events.flatMap((event) => (event.kind === 'device' ? [`${event.device} ${event.state}`] : [])).sort()
    const since = async (act: () => Done, ms: number): Promise<void> => {
      events.length = 0
      await act()
      await rig.pass(ms)
    }
    const show = async (rows: readonly string[], ms = limits.shownMs): Promise<void> => {
      rig.board.handle({ kind: 'show', frame: { rows } })
      await rig.pass(ms)
    }

    beforeEach(async () => {
      rig = await makeRig()
      events = []
      rig.board.start((event) => events.push(event))
      const isUp = () => devices().length === 4 && told().length > 0
      for (let n = 0; n < 10 && !isUp(); n++) await rig.pass(limits.startMs / 10)
      // The display is empty by then, and what should not be told would have been.
      await rig.pass(limits.shownMs)
    }, 20_000 + limits.startMs)
    afterEach(() => rig.board.stop())

    test('the first events tell every device and the hook, and nothing else', () => {
      expect(events.filter((event) => event.kind === 'device' && event.state === 'lost')).toEqual([])
      expect(devices()).toEqual(['hook ready', 'keypad ready', 'lcd ready', 'leds ready'])
      expect(told()).toEqual(['hook on'])
    })

    test('every key of the description is pressed and released once, whatever its contact bounces', async () => {
      for (const key of rig.board.description.keys) {
        await since(() => rig.key(key, true), limits.toldMs)
        expect(told()).toEqual([`${key} press`])
        await since(() => rig.key(key, false), limits.toldMs)
        expect(told()).toEqual([`${key} release`])
      }
    })

    test('a key is told soon and stamped with the time its contact moved', async () => {
      const pressedAt = rig.now()
      await since(() => rig.key('5', true), limits.keyMs)
      expect(told()).toEqual(['5 press'])
      const [event] = events
      expect(event?.kind === 'key' && event.at - pressedAt).toBeLessThan(limits.keyMs - 8)
      expect(event?.kind === 'key' && event.at - pressedAt).toBeGreaterThanOrEqual(0)
    })

    test('a long press is told once, when it has lasted, and a release ends it', async () => {
      await since(() => rig.key('3', true), limits.longMs + 1700)
      expect(told()).toEqual(['3 press', '3 long'])
      const [press, long] = events
      expect(press?.kind === 'key' && long?.kind === 'key' && long.at - press.at).toBe(limits.longMs)
      await since(() => rig.key('3', false), limits.toldMs)
      expect(told()).toEqual(['3 release'])
    })

    test('two keys at once are two keys', async () => {
      await since(() => rig.key('1', true), limits.toldMs)
      await since(() => rig.key('2', true), limits.toldMs)
      expect(told()).toEqual(['2 press'])
      await since(() => rig.key('1', false), limits.toldMs)
      expect(told()).toEqual(['1 release'])
      await since(() => rig.key('2', false), limits.toldMs)
      expect(told()).toEqual(['2 release'])
    })

    test('the third key of an L and its ghost are ignored until released', async () => {
      await since(() => rig.key('1', true), limits.toldMs)
      await since(() => rig.key('2', true), limits.toldMs)
      // 1, 2 and 4 make 5 read closed; meanwhile both become long presses.
      await since(() => rig.key('4', true), limits.longMs + 200)
      expect(told().filter((text) => !text.endsWith('long'))).toEqual([])
      await since(() => rig.key('1', false), limits.toldMs)
      expect(told()).toEqual(['1 release'])
      await since(() => rig.key('2', false), limits.toldMs)
      expect(told()).toEqual(['2 release'])
      await since(() => rig.key('4', false), limits.toldMs)
      expect(told()).toEqual([])
      await since(() => rig.key('4', true), limits.toldMs)
      expect(told()).toEqual(['4 press'])
      await rig.key('4', false)
    })

    test('the hook: off, flash, on, with the times of the contact', async () => {
      const liftedAt = rig.now()
      await since(() => rig.hook(true), limits.hookMs)
      expect(told()).toEqual(['hook off'])
      const [off] = events
      expect(off?.kind === 'hook' && off.at - liftedAt).toBeLessThan(limits.hookMs - 25)
      await since(() => rig.hook(false), 300)
      await rig.hook(true)
      await rig.pass(limits.toldMs + 80)
      expect(told()).toEqual(['hook flash'])
      const downAt = rig.now()
      await since(() => rig.hook(false), 1000)
      expect(told()).toEqual(['hook on'])
      const [on] = events
      expect(on?.kind === 'hook' && on.at - downAt).toBeLessThan(limits.hookMs)
    })

    test('a shaken handset is no flash', async () => {
      await since(() => rig.hook(true), limits.toldMs + 80)
      await since(() => rig.hook(false), 40)
      await rig.hook(true)
      await rig.pass(1500)
      expect(told()).toEqual([])
    })

    test('a frame is shown in transfers of at most 5 ms, one at a time', async () => {
      const before = rig.bus()
      await show(FRAME_A)
      const shown = (await rig.lcd.screen()).join('\n')
      expect(shown).toBe(FRAME_A.join('\n'))
      const after = rig.bus()
      expect(after.longestMs).toBeLessThanOrEqual(5)
      expect(after.overlaps).toBe(0)
      expect(after.busyMs - before.busyMs).toBeLessThanOrEqual(limits.redrawMs)
      expect(rig.lcd.faults()).toEqual([])
    })

    test('of many frames at once hardly any but the newest costs bus time', async () => {
      await show(FRAME_A)
      const before = rig.bus().busyMs
      for (let n = 0; n < 50; n++) rig.board.handle({ kind: 'show', frame: { rows: n % 2 ? FRAME_A : FRAME_B } })
      await show(FRAME_B)
      expect(await rig.lcd.screen()).toEqual(FRAME_B)
      expect(rig.bus().busyMs - before).toBeLessThanOrEqual(limits.redrawMs + limits.staleMs)
    })

    test('one changed cell costs little of the bus', async () => {
      await show(FRAME_A)
      const before = rig.bus().busyMs
      await show([FRAME_A[0]!.replace('14:05', '14:06'), ...FRAME_A.slice(1)])
      expect(rig.bus().busyMs - before).toBeLessThan(limits.cellMs)
    })

    test('the cursor and the backlight are shown', async () => {
      rig.board.handle({ kind: 'show', frame: { rows: FRAME_A, cursor: { column: 9, row: 1 } } })
      rig.board.handle({ kind: 'backlight', on: false })
      await rig.pass(limits.shownMs)
      expect(rig.lcd.cursor()).toEqual({ column: 9, row: 1 })
      expect(rig.lcd.backlight()).toBe(false)
      rig.board.handle({ kind: 'backlight', on: true })
      await show(FRAME_A)
      expect(rig.lcd.cursor()).toBeUndefined()
      expect(rig.lcd.backlight()).toBe(true)
    })

    test('a NAK is told once and everything is drawn again', async () => {
      await rig.lcd.nak(3)
      await since(() => show(FRAME_B), limits.recoveryMs)
      expect(devices()).toEqual(['lcd lost', 'lcd ready'])
      expect(await rig.lcd.screen()).toEqual(FRAME_B)
      expect(rig.lcd.faults()).toEqual([])
    })

    test('an unplugged display is told with a reason; plugged in again it shows the newest frame', async () => {
      await show(FRAME_A)
      await since(() => rig.lcd.unplug(), limits.lostMs)
      expect(events).toEqual([
        { kind: 'device', device: 'lcd', state: 'lost', reason: expect.stringMatching(/\w+ \w+/) },
      ])
      await show(FRAME_B, 3000)
      await since(() => rig.lcd.plug(), limits.recoveryMs)
      expect(devices()).toEqual(['lcd ready'])
      expect(await rig.lcd.screen()).toEqual(FRAME_B)
      expect(rig.lcd.faults()).toEqual([])
    })

    test('a display that lost its power for a moment between two frames is noticed', async () => {
      await show(FRAME_A)
      await rig.lcd.unplug()
      await since(() => rig.lcd.plug(), limits.lostMs + 1500)
      expect(devices()).toEqual(['lcd lost', 'lcd ready'])
      expect(await rig.lcd.screen()).toEqual(FRAME_A)
    })

    test('an LED shines as told, one the board does not have is ignored', async () => {
      for (const led of LEDS) {
        rig.board.handle({ kind: 'led', led, pattern: 'on' })
        await rig.pass(limits.lampMs)
        expect(await rig.lit(led)).toBe(rig.board.description.leds.includes(led))
        rig.board.handle({ kind: 'led', led, pattern: 'off' })
        await rig.pass(limits.lampMs)
        expect(await rig.lit(led)).toBe(false)
      }
    })

    test('misuse is ignored', async () => {
      await show(FRAME_A)
      rig.board.handle({ kind: 'show', frame: { rows: ['short'] } })
      rig.board.handle({ kind: 'show', frame: { rows: FRAME_B, cursor: { column: 20, row: 0 } } })
      await rig.pass(limits.shownMs)
      expect(await rig.lcd.screen()).toEqual(FRAME_A)
    })

    test('after stop nothing is told and nothing is held', async () => {
      await rig.board.stop()
      await since(() => rig.key('1', true), limits.toldMs + 80)
      expect(events).toEqual([])
      expect(await rig.held()).toEqual([])
    })
  })
}
