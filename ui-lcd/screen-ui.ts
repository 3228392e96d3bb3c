// The user interface on a character display: what the phone does becomes frames, what the keys do becomes intents.
import type { Machine } from '../firmware/base/machine.ts'
import { after, earlier, FOREVER, type Millis, ms } from '../firmware/base/time.ts'
import type { PhoneIntent, PhoneView } from '../firmware/phone/contract.ts'
import type { BoardCommand, BoardEvent, Frame, Size } from '../hal/api/board.ts'
import { layOut, type Screen, SOFT_KEYS } from './screen.ts'
import { screenOf } from './screens.ts'
import { STRINGS } from './strings.ts'
import { timeOfDay } from './text.ts'

export type ScreenUiInput =
  | { readonly from: 'board'; readonly event: BoardEvent }
  | { readonly from: 'phone'; readonly view: PhoneView }
  /** Local wall-clock time (time zone included) is the machines' clock plus this, ms. Until then no time is shown. */
  | { readonly from: 'clock'; readonly wallOffsetMs: number }

export type ScreenUiOutput =
  | { readonly to: 'phone'; readonly intent: PhoneIntent }
  | { readonly to: 'board'; readonly command: Extract<BoardCommand, { kind: 'show' | 'backlight' }> }

export interface ScreenUiOptions {
  /** At least 16 columns and 3 rows. */
  readonly size: Size
}

/** How long a changed volume is shown. */
const VOLUME_MS = 2000
/** An idle phone nobody touches goes dark after this long. */
const DARK_AFTER_MS = 60_000

const STARTING: PhoneView = { activity: { name: 'starting', step: '' }, lines: [], offHook: false, volume: 5 }

/** Throws a RangeError for a display that is too small. */
export function createScreenUi({ size }: ScreenUiOptions): Machine<ScreenUiInput, ScreenUiOutput> {
  if (size.columns < 16 || size.rows < 3) throw new RangeError('the display needs at least 16 columns and 3 rows')
  let view: PhoneView | undefined
  let wallOffsetMs: number | undefined
  let shown: Frame | undefined
  let lit: boolean | undefined
  let volumeUntil: Millis | undefined
  let touchedAt: Millis | undefined
  /** When what is shown grows old by itself. */
  let nextAt: Millis = FOREVER

  const screenAt = (now: Millis): Screen => {
    const present = view ?? STARTING
    const screen = screenOf(present.activity, {
      view: present,
      time: wallOffsetMs === undefined ? '' : timeOfDay(now + wallOffsetMs),
      callMs: elapsed(present, now),
      size,
    })
    if (volumeUntil === undefined || now >= volumeUntil) return screen
    const last = size.rows - 3
    const content = Array.from({ length: last + 1 }, (_, n) => screen.content[n] ?? '')
    return { ...screen, content: content.with(last, volumeBar(present.volume)) }
  }
  const minuteTick = (now: Millis): Millis =>
    wallOffsetMs === undefined ? FOREVER : nextBeat(ms(-wallOffsetMs), 60_000, now)
  const darkAt = (): Millis =>
    view?.activity.name === 'idle' && touchedAt !== undefined ? after(touchedAt, DARK_AFTER_MS) : FOREVER

  const refresh = (now: Millis, out: ScreenUiOutput[]): void => {
    if (volumeUntil !== undefined && now >= volumeUntil) volumeUntil = undefined
    touchedAt ??= now
    const light = now < darkAt()
    if (light !== lit) out.push({ to: 'board', command: { kind: 'backlight', on: light } })
    lit = light
    const frame = layOut(screenAt(now), size)
    nextAt = [volumeUntil ?? FOREVER, light ? darkAt() : FOREVER, callTick(view, now), minuteTick(now)].reduce(earlier)
    if (shown !== undefined && sameFrame(frame, shown)) return
    shown = frame
    out.push({ to: 'board', command: { kind: 'show', frame } })
  }
  const onBoard = (event: BoardEvent, now: Millis, out: ScreenUiOutput[]): void => {
    switch (event.kind) {
      case 'hook':
        touchedAt = now
        out.push({ to: 'phone', intent: { kind: 'hook', state: event.state } })
        return
      case 'key': {
        if (event.action !== 'press') return
        touchedAt = now
        const { soft, keys } = screenAt(now)
        const position = SOFT_KEYS.indexOf(event.key)
        const intent = position >= 0 ? soft[position]?.intent : keys[event.key]
        if (intent !== undefined) out.push({ to: 'phone', intent })
        return
      }
      case 'device':
        // The board draws the newest frame by itself when its display comes back.
        return
    }
  }
  const onView = (next: PhoneView, now: Millis): void => {
    // Settings that come while starting are nobody's turn of the knob.
    const inUse = view !== undefined && view.activity.name !== 'starting'
    if (inUse && view?.volume !== next.volume) volumeUntil = after(now, VOLUME_MS)
    // Whatever the phone does lights the display, and going idle starts the wait for darkness anew.
    if (view?.activity.name !== next.activity.name) touchedAt = now
    view = next
  }
  return {
    handle(input, now, out) {
      switch (input.from) {
        case 'board':
          onBoard(input.event, now, out)
          break
        case 'phone':
          onView(input.view, now)
          break
        case 'clock':
          if (Number.isFinite(input.wallOffsetMs)) wallOffsetMs = input.wallOffsetMs
          break
      }
      refresh(now, out)
    },
    wake(now, out) {
      if (now >= nextAt) refresh(now, out)
    },
    deadline: () => nextAt,
  }
}

const answeredAt = ({ activity }: PhoneView): Millis | undefined =>
  activity.name === 'in-call' || activity.name === 'held' ? activity.call.since : undefined

function elapsed(view: PhoneView, now: Millis): number {
  const since = answeredAt(view)
  return since === undefined ? 0 : now - since
}

function callTick(view: PhoneView | undefined, now: Millis): Millis {
  const since = view && answeredAt(view)
  return since === undefined ? FOREVER : nextBeat(since, 1000, now)
}

/** The first moment after `now` that is a whole number of periods after `origin`. */
function nextBeat(origin: Millis, periodMs: number, now: Millis): Millis {
  const at = origin + (Math.floor((now - origin) / periodMs) + 1) * periodMs
  // Far from the origin the sum may round down to now or before.
  return at > now ? ms(at) : after(now, periodMs)
}

function volumeBar(volume: number): string {
  const full = Math.min(10, Math.max(0, Math.round(volume)))
  return `${STRINGS.volume} ${'█'.repeat(full)}${'·'.repeat(10 - full)} ${full}`
}

const sameFrame = (a: Frame, b: Frame): boolean =>
  a.cursor?.column === b.cursor?.column &&
  a.cursor?.row === b.cursor?.row &&
  a.rows.length === b.rows.length &&
  a.rows.every((row, n) => row === b.rows[n])
