// What each page of the menu shows: rows of text, of which lists have one marked; and what the keys mean there.
import { TONE_COUNTRIES } from '../firmware/media/tones.ts'
import type { BuddyView, KeyView, LineView, LogEntry, MailboxView } from '../firmware/phone/contract.ts'
import type { Size } from '../hal/api/board.ts'
import { ICONS } from '../hal/api/icons.ts'
import { found } from './contacts.ts'
import { entryScreen, FORWARDS, labelOf, shownOf } from './forward-pages.ts'
import { callBack, callMailbox, listed, type Page, pagesOf, volumesOf, type World } from './menu.ts'
import { ENTRY_KEYS, entryAction, type MenuAction, type Screen, type Soft } from './screen.ts'
import { ANYWHERE, DIGITS } from './screens.ts'
import { STRINGS } from './strings.ts'
import { bar, between, duration, monthAndDay, timeOfDay, wrapped } from './text.ts'

export interface Sheet {
  readonly title: string
  readonly rows: readonly string[]
  /** One row is marked; else the rows are a text that scrolls. */
  readonly list: boolean
  /** The first soft key, when there is something to do here. */
  readonly ok: string
}

const MARK = '>'
const go = (to: MenuAction['go']): MenuAction => ({ kind: 'menu', go: to })

export function sheetOf(page: Page, world: World, { columns }: Size): Sheet {
  const inner = columns - 1
  const text = (title: string, lines: readonly string[], ok = ''): Sheet => ({
    ...{ title, list: false, ok, rows: lines.flatMap((line) => wrapped(line, columns)) },
  })
  const list = (title: string, rows: readonly string[], ok: string): Sheet => ({ title, rows, list: true, ok })
  switch (page.name) {
    case 'menu':
      return list(
        STRINGS.menu,
        pagesOf(world).map((name) => STRINGS.pages[name]),
        STRINGS.soft.open,
      )
    case 'status':
      return text(STRINGS.pages.status, statusLines(world))
    case 'calls':
    case 'redial': {
      const entries = listed(page, world)
      const title = STRINGS.pages[page.name]
      if (entries.length === 0) return text(title, [STRINGS.noCalls])
      const rows = entries.map((entry) => between(`${SIGNS[entry.kind]} ${nameOf(entry)}`, timeOf(entry, world), inner))
      return list(title, rows, page.name === 'redial' ? STRINGS.soft.dial : STRINGS.soft.open)
    }
    case 'call':
      return text(
        STRINGS.call[page.entry.kind],
        callLines(page.entry, world),
        callBack(page.entry) === undefined ? '' : STRINGS.soft.dial,
      )
    case 'messages': {
      const rows = world.view.mailboxes.map((mailbox) => between(mailbox.label, inMailbox(mailbox), inner))
      const callable = world.view.mailboxes[page.at]
      const ok = callable && callMailbox(callable) ? STRINGS.soft.dial : ''
      return rows.length === 0
        ? text(STRINGS.pages.messages, [STRINGS.noMessages])
        : list(STRINGS.pages.messages, rows, ok)
    }
    case 'people': {
      const rows = world.view.buddies.map((buddy) => between(buddy.label, stateOf(buddy), inner))
      const takes = world.view.buddies[page.at]?.pickup !== undefined
      return list(STRINGS.pages.people, rows, takes ? STRINGS.soft.pickUp : STRINGS.soft.dial)
    }
    case 'dnd': {
      const mark = (on: boolean) => (world.view.dnd === on ? '*' : '')
      const rows = [between(STRINGS.on, mark(true), inner), between(STRINGS.off, mark(false), inner)]
      return list(STRINGS.pages.dnd, rows, STRINGS.soft.use)
    }
    case 'forward': {
      const rows = FORWARDS.map((field) => between(labelOf(field), shownOf(field, world.view), inner))
      return list(STRINGS.pages.forward, rows, STRINGS.soft.edit)
    }
    case 'entry':
      return text(labelOf(page.field), [page.entry.text])
    case 'keys': {
      const rows = world.view.keys.map((key) => between(keyLabel(key), keyState(key), inner))
      const { takes, on } = world.view.keys[page.at] ?? {}
      const { use, pickUp, dial } = STRINGS.soft
      return list(STRINGS.pages.keys, rows, on === undefined ? (takes ? pickUp : dial) : use)
    }
    case 'contacts': {
      const { text: sought } = page.search
      const title = sought === '' ? STRINGS.pages.contacts : `${STRINGS.search} ${sought}`
      const entries = found(world.contacts, page)
      if (entries.length === 0) return text(title, [STRINGS.nobodyFound])
      const ok = (entries[page.at]?.numbers.length ?? 0) > 1 ? STRINGS.soft.open : STRINGS.soft.dial
      return list(
        title,
        entries.map(({ name }) => name),
        ok,
      )
    }
    case 'contact':
      return list(page.contact.name, page.contact.numbers, STRINGS.soft.dial)
    case 'volume': {
      const row = (label: string, value: number) => `${label.padEnd(8)}${bar(value, Math.max(0, inner - 11))} ${value}`
      return list(
        STRINGS.pages.volume,
        volumesOf(world).map(({ of, value }) => row(STRINGS[of], value)),
        '',
      )
    }
    case 'tones': {
      const names: Readonly<Record<string, string>> = STRINGS.countries
      const rows = TONE_COUNTRIES.map((country) =>
        between(names[country] ?? country, world.view.country === country ? '*' : '', inner),
      )
      return list(STRINGS.pages.tones, rows, STRINGS.soft.use)
    }
    case 'about':
      return text(STRINGS.pages.about, aboutLines(world))
  }
}

/** `2 new 8 old`, as far as it is said. */
function inMailbox({ waiting, fresh, old }: MailboxView): string {
  if (fresh === undefined) return waiting ? STRINGS.fresh : ''
  return `${fresh} ${STRINGS.fresh}${old ? ` ${old} ${STRINGS.old}` : ''}`
}

/** What he is at by his calls, else what he says of himself: his note, what he does, whether he is there. */
function stateOf({ busy, presence }: BuddyView): string {
  if (busy !== undefined && (busy !== 'idle' || presence === undefined)) return STRINGS.busy[busy]
  if (presence === undefined) return ''
  return presence.note ?? presence.activities[0] ?? STRINGS.presence[presence.basic]
}

/** The digit that stands for it goes first. */
const keyLabel = ({ digit, label }: KeyView): string => (digit === '' ? label : `${digit} ${label}`)
function keyState({ busy, waiting, on }: KeyView): string {
  if (on !== undefined) return on ? STRINGS.on : STRINGS.off
  return busy === undefined ? (waiting ? STRINGS.fresh : '') : STRINGS.busy[busy]
}

const SIGNS = { placed: ICONS.up, received: ICONS.down, missed: '!', forwarded: STRINGS.sentTo } as const
const nameOf = ({ name, number }: LogEntry): string => name || number || STRINGS.noName

/** Time of day; of another day its date; `--:--` when nobody knew. */
function timeOf({ at }: LogEntry, { now, wallOffsetMs, zoneMs }: World): string {
  if (at === undefined) return STRINGS.noTime
  const then = monthAndDay(at + zoneMs)
  return wallOffsetMs !== undefined && then === monthAndDay(now + wallOffsetMs) ? timeOfDay(at + zoneMs) : then
}

function callLines(entry: LogEntry, { zoneMs }: World): string[] {
  const { name, number, at, lastedMs, cause } = entry
  const when = at === undefined ? STRINGS.clockNotSet : `${monthAndDay(at + zoneMs)} ${timeOfDay(at + zoneMs)}`
  const length = lastedMs > 0 ? `${STRINGS.lasted} ${duration(lastedMs)}` : ''
  return [nameOf(entry), name === '' ? '' : number, when, length, cause].filter((line) => line !== '')
}

/** Whether each line is registered, why not, and when it is tried again; then the surroundings. */
function statusLines({ view, facts, now, upMs }: World): string[] {
  const lines = view.lines.flatMap((line) => [
    `${line.registered ? ICONS.antenna : '!'} ${line.label}`,
    ...(line.registered ? [STRINGS.registered] : [line.reason || STRINGS.registering, ...nextTry(line, now)]),
  ])
  return [
    ...(lines.length === 0 ? [STRINGS.noLine] : lines),
    ...named(STRINGS.address, facts.address),
    ...named(STRINGS.broker, facts.broker),
    ...named(STRINGS.setup, facts.setup),
    ...named(STRINGS.version, facts.version),
    ...named(STRINGS.up, upTime(upMs)),
  ]
}

const named = (label: string, value: string): string[] => (value === '' ? [] : [`${label} ${value}`])

function nextTry({ retryAt, reason }: LineView, now: number): string[] {
  if (retryAt === undefined) return reason === '' ? [] : [STRINGS.tryingNow]
  return [`${STRINGS.nextTry} ${Math.max(0, Math.ceil((retryAt - now) / 1000))} s`]
}

const DAY_MS = 86_400_000
const upTime = (ms: number): string =>
  ms < DAY_MS ? duration(ms) : `${Math.floor(ms / DAY_MS)} d ${duration(ms % DAY_MS)}`

const aboutLines = ({ facts }: World): string[] => [
  ...named('Offhook', facts.version),
  ...named(STRINGS.model, facts.model),
  ...named(STRINGS.device, facts.deviceId),
  ...named(STRINGS.mac, facts.mac),
  ...named(STRINGS.key, facts.key.replace(/.{4}(?=.)/g, '$& ')),
  STRINGS.licence,
]

const roomOf = ({ rows }: Size): number => Math.max(1, rows - 2)

/** Rows the user can be on: each of a list; of a text those that leave the screen full. */
export const placesOf = (sheet: Sheet, size: Size): number =>
  sheet.list ? sheet.rows.length : Math.max(1, sheet.rows.length - roomOf(size) + 1)

/** The part of the rows that fits, with the marked one in it. */
export function menuScreen(page: Page, sheet: Sheet, time: string, size: Size): Screen {
  if (page.name === 'entry') return entryScreen(page, time, size)
  const room = roomOf(size)
  const at = Math.min(page.at, Math.max(0, placesOf(sheet, size) - 1))
  const top = sheet.list ? Math.max(0, Math.min(at, sheet.rows.length - room)) : at
  const shown = sheet.rows.slice(top, top + room)
  const content = sheet.list ? shown.map((row, n) => `${top + n === at ? MARK : ' '}${row}`) : shown
  const soft = (label: string, to: MenuAction['go']): Soft => ({ label, action: go(to) })
  const middle =
    page.name === 'volume'
      ? [soft(STRINGS.soft.less, 'less'), soft(STRINGS.soft.more, 'more')]
      : [soft(ICONS.up, 'up'), soft(ICONS.down, 'down')]
  const ok = page.name === 'volume' ? soft(ICONS.down, 'down') : sheet.ok === '' ? undefined : soft(sheet.ok, 'ok')
  const types = page.name === 'contacts'
  const back =
    types && page.search.text !== ''
      ? { label: STRINGS.soft.erase, action: entryAction('erase') }
      : soft(STRINGS.soft.back, 'back')
  return {
    status: { left: sheet.title, right: time },
    content,
    soft: [ok, ...middle, back],
    keys: {
      ...(types ? ENTRY_KEYS : DIGITS),
      ...ANYWHERE,
      ...(page.name === 'volume' && { 'volume-up': go('more'), 'volume-down': go('less') }),
      ...{
        up: go('up'),
        down: go('down'),
        ok: go('ok'),
        back: back.action,
        redial: { kind: 'redial' },
        message: { kind: 'voicemail' },
      },
    },
  }
}
