// The user interface on a character display: what the phone does becomes frames, what the keys do becomes intents.
import type { Machine } from '../firmware/base/machine.ts'
import { after, earlier, FOREVER, type Millis, ms } from '../firmware/base/time.ts'
import type { Choice } from '../firmware/phone/chosen.ts'
import type { Contact, LogEntry, PhoneIntent, PhoneView } from '../firmware/phone/contract.ts'
import { type BoardCommand, type BoardEvent, FREE_KEYS, type Frame, type Key, type Size } from '../hal/api/board.ts'
import { inOrder, type Listed } from './contacts.ts'
import { CLOSED, type Facts, type Menu, NO_FACTS, step, type, type World } from './menu.ts'
import { menuScreen, placesOf, sheetOf } from './menu-pages.ts'
import { type Action, layOut, type Screen, SOFT_KEYS } from './screen.ts'
import { screenOf } from './screens.ts'
import { STRINGS } from './strings.ts'
import { bar, timeOfDay } from './text.ts'

export type ScreenUiInput =
  | { readonly from: 'board'; readonly event: BoardEvent }
  | { readonly from: 'phone'; readonly view: PhoneView }
  /** Newest first. */
  | { readonly from: 'call-log'; readonly log: readonly LogEntry[] }
  | { readonly from: 'contacts'; readonly contacts: readonly Contact[] }
  /** What is known of the phone by now; what is left out stays as it was. */
  | { readonly from: 'facts'; readonly facts: Partial<Facts> }
  /** Local wall-clock time is the machines' clock plus `wallOffsetMs`, and UTC plus `zoneMs`. Until then no time is shown. */
  | { readonly from: 'clock'; readonly wallOffsetMs: number; readonly zoneMs: number }

export type ScreenUiOutput =
  | { readonly to: 'phone'; readonly intent: PhoneIntent }
  /** The user sets something. */
  | { readonly to: 'choice'; readonly choice: Choice }
  | { readonly to: 'board'; readonly command: Extract<BoardCommand, { kind: 'show' | 'backlight' }> }

export interface ScreenUiOptions {
  /** At least 16 columns and 3 rows. */
  readonly size: Size
}

/** How long a changed volume is shown. */
const VOLUME_MS = 2000
/** An idle phone nobody touches goes dark after this long, and its menu closes. */
const DARK_AFTER_MS = 60_000

const STARTING: PhoneView = {
  ...{
    activity: { name: 'starting', step: '' },
    lines: [],
    offHook: false,
    volume: 5,
    ringer: 5,
    route: 'handset',
    handsFree: [],
  },
  ...{ waiting: undefined, beside: undefined, missed: 0, country: '', mailboxes: [], buddies: [], keys: [] },
  ...{ dnd: false, forward: { all: '', busy: '', noAnswer: '', afterS: 20 } },
}

/** Throws a RangeError for a display that is too small. */
export function createScreenUi({ size }: ScreenUiOptions): Machine<ScreenUiInput, ScreenUiOutput> {
  if (size.columns < 16 || size.rows < 3) throw new RangeError('the display needs at least 16 columns and 3 rows')
  let view: PhoneView | undefined
  let log: readonly LogEntry[] = []
  let contacts: readonly Listed[] = []
  let facts = NO_FACTS
  let menu: Menu = CLOSED
  let startedAt: Millis | undefined
  let wallOffsetMs: number | undefined
  let zoneMs = 0
  let shown: Frame | undefined
  let lit: boolean | undefined
  let loud: { readonly what: 'volume' | 'ringer'; readonly until: Millis } | undefined
  let touchedAt: Millis | undefined
  /** The soft keys show what did not fit on them, until one of that is chosen or something else happens. */
  let more = false
  /** When what is shown grows old by itself. */
  let nextAt: Millis = FOREVER

  const present = (): PhoneView => view ?? STARTING
  const worldAt = (now: Millis): World => ({
    ...{ view: present(), log, contacts, facts, now, wallOffsetMs, zoneMs },
    upMs: startedAt === undefined ? 0 : now - startedAt,
  })
  /** The page of the menu that is shown: over a phone at rest, or to choose from whom to call. */
  const pageNow = () => (atRest(present()) || awaitsNumber(present()) ? menu.at(-1) : undefined)

  const screenAt = (now: Millis): Screen => {
    const time = wallOffsetMs === undefined ? '' : timeOfDay(now + wallOffsetMs)
    const page = pageNow()
    const screen =
      page === undefined
        ? screenOf(present().activity, {
            view: present(),
            time,
            callMs: elapsed(present(), now),
            size,
            more,
            book: contacts.length > 0,
          })
        : menuScreen(page, sheetOf(page, worldAt(now), size), time, size)
    if (loud === undefined || now >= loud.until || page?.name === 'volume') return screen
    const last = size.rows - 3
    const content = Array.from({ length: last + 1 }, (_, n) => screen.content[n] ?? '')
    const value = present()[loud.what]
    return { ...screen, content: content.with(last, `${STRINGS[loud.what]} ${bar(value, 10)} ${value}`) }
  }
  const minuteTick = (now: Millis): Millis =>
    wallOffsetMs === undefined ? FOREVER : nextBeat(ms(-wallOffsetMs), 60_000, now)
  const darkAt = (): Millis =>
    view !== undefined && atRest(view) && touchedAt !== undefined ? after(touchedAt, DARK_AFTER_MS) : FOREVER
  /** The status page counts seconds. */
  const statusTick = (now: Millis): Millis =>
    pageNow()?.name === 'status' ? nextBeat(startedAt ?? now, 1000, now) : FOREVER

  const refresh = (now: Millis, out: ScreenUiOutput[]): void => {
    startedAt ??= now
    touchedAt ??= now
    if (loud !== undefined && now >= loud.until) loud = undefined
    const light = now < darkAt()
    if (!light) menu = CLOSED
    if (light !== lit) out.push({ to: 'board', command: { kind: 'backlight', on: light } })
    lit = light
    const frame = layOut(screenAt(now), size)
    const beats = [loud?.until ?? FOREVER, callTick(view, now), minuteTick(now), statusTick(now)]
    nextAt = beats.reduce(earlier, light ? darkAt() : FOREVER)
    if (shown !== undefined && sameFrame(frame, shown)) return
    shown = frame
    out.push({ to: 'board', command: { kind: 'show', frame } })
  }
  const act = (action: Action, now: Millis, out: ScreenUiOutput[]): void => {
    if (action.kind === 'more') {
      more = !more
      return
    }
    more = false
    if (action.kind === 'entry') {
      menu = type(menu, action.key, now)
      return
    }
    if (action.kind === 'choose') {
      out.push({ to: 'choice', choice: action.choice })
      return
    }
    if (action.kind !== 'menu') {
      out.push({ to: 'phone', intent: action })
      return
    }
    const page = pageNow()
    const world = worldAt(now)
    const count = page === undefined ? 0 : placesOf(sheetOf(page, world, size), size)
    const done = step(menu, action.go, count, world)
    menu = done.menu
    if (done.phone !== undefined) out.push({ to: 'phone', intent: done.phone })
    if (done.choice !== undefined) out.push({ to: 'choice', choice: done.choice })
  }
  const onBoard = (event: BoardEvent, now: Millis, out: ScreenUiOutput[]): void => {
    switch (event.kind) {
      case 'hook':
        touchedAt = now
        out.push({ to: 'phone', intent: { kind: 'hook', state: event.state } })
        return
      case 'key': {
        if (event.action === 'release') return
        touchedAt = now
        const action = actionOf(event.key, screenAt(now))
        if (event.action === 'press') {
          if (action !== undefined) act(action, now, out)
        } else if (action?.kind === 'digit')
          out.push({ to: 'phone', intent: { kind: 'held-digit', digit: action.digit } })
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
    // Another way to listen has a volume of its own, which nobody turned.
    const turned = view?.route === next.route && view.volume !== next.volume
    const what = turned ? 'volume' : view?.ringer !== next.ringer ? 'ringer' : undefined
    if (inUse && what !== undefined) loud = { what, until: after(now, VOLUME_MS) }
    // Whatever the phone does lights the display, and going idle starts the wait for darkness anew.
    if (view?.activity.name !== next.activity.name) {
      touchedAt = now
      more = false
    }
    // Whoever lifts the handset, or wants another number, finds the keypad as it should be.
    const chooses = awaitsNumber(next)
    if (chooses !== awaitsNumber(present()) || !(chooses || keepsMenu(next))) menu = CLOSED
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
        case 'call-log':
          log = input.log
          break
        case 'contacts':
          contacts = inOrder(input.contacts)
          break
        case 'facts':
          facts = { ...facts, ...input.facts }
          break
        case 'clock':
          if (Number.isFinite(input.wallOffsetMs)) wallOffsetMs = input.wallOffsetMs
          zoneMs = input.zoneMs
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

const FREE: readonly Key[] = FREE_KEYS

/** Soft keys by what stands above them, free keys whatever is shown, others by the screen. */
function actionOf(key: Key, { soft, keys }: Screen): Action | undefined {
  const [position, at] = [SOFT_KEYS.indexOf(key), FREE.indexOf(key)]
  if (at >= 0) return { kind: 'key', at }
  return position >= 0 ? soft[position]?.action : keys[key]
}

/** Nobody does anything with the phone: the menu may be shown. */
const atRest = ({ activity }: PhoneView): boolean => activity.name === 'idle' || activity.name === 'starting'

/** Dial tone, nothing entered. */
const awaitsNumber = ({ activity }: PhoneView): boolean => activity.name === 'dialling' && activity.digits === ''

/** A call that rings covers the menu and, if nobody takes it, uncovers it again; whoever uses the phone has left the menu. */
const keepsMenu = (view: PhoneView): boolean =>
  atRest(view) || view.activity.name === 'ringing' || view.activity.name === 'ended'

function answeredAt({ activity }: PhoneView): Millis | undefined {
  switch (activity.name) {
    case 'in-call':
    case 'held':
      return activity.call.since
    case 'conference':
      return activity.calls[0].since
    case 'starting':
    case 'idle':
    case 'dialling':
    case 'calling':
    case 'ringing':
    case 'ended':
      return undefined
  }
}

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

const sameFrame = (a: Frame, b: Frame): boolean =>
  a.cursor?.column === b.cursor?.column &&
  a.cursor?.row === b.cursor?.row &&
  a.rows.length === b.rows.length &&
  a.rows.every((row, n) => row === b.rows[n])
