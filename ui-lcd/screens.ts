// What each activity of the phone looks like, and what the keys mean there.
import type { Activity, CallView, LineView, PhoneIntent, PhoneView } from '../firmware/phone/contract.ts'
import type { Key, Size } from '../hal/api/board.ts'
import { ICONS } from '../hal/api/icons.ts'
import type { Action, Keymap, Screen, Soft } from './screen.ts'
import { STRINGS } from './strings.ts'
import { duration, printable, tail } from './text.ts'

export interface Surroundings {
  readonly view: PhoneView
  /** `hh:mm`, or '' while the time is not known. */
  readonly time: string
  /** How long the call lasts, ms; 0 before it was answered. */
  readonly callMs: number
  readonly size: Size
  /** The soft keys mean what did not fit on them. */
  readonly more: boolean
  /** There is somebody in the phone book. */
  readonly book: boolean
}

const INTENT = {
  end: { kind: 'end' },
  dial: { kind: 'dial' },
  erase: { kind: 'erase' },
  answer: { kind: 'answer' },
  hold: { kind: 'hold' },
  mute: { kind: 'mute' },
  redial: { kind: 'redial' },
  voicemail: { kind: 'voicemail' },
  reject: { kind: 'reject' },
  swap: { kind: 'swap' },
  conference: { kind: 'conference' },
  add: { kind: 'new-call' },
  transfer: { kind: 'transfer' },
} as const satisfies Record<string, PhoneIntent>

const soft = (label: string, action: Action): Soft => ({ label, action })
const END = soft(STRINGS.soft.end, INTENT.end)
const MENU = soft(STRINGS.soft.menu, { kind: 'menu', go: 'open' })
const LOG = soft(STRINGS.soft.log, { kind: 'menu', go: 'calls' })
const KEYS = soft(STRINGS.soft.keys, { kind: 'menu', go: 'keys' })
const BOOK = soft(STRINGS.soft.book, { kind: 'menu', go: 'contacts' })
const TRANSFER = soft(STRINGS.soft.transfer, INTENT.transfer)
const MORE = soft(STRINGS.soft.others, { kind: 'more' })
const REDIAL = soft(STRINGS.soft.redial, INTENT.redial)

export const DIGITS: Keymap = Object.fromEntries(
  (['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'] as const satisfies readonly Key[]).map((digit) => [
    digit,
    { kind: 'digit', digit },
  ]),
)
/** What these keys mean whatever is shown. */
export const ANYWHERE: Keymap = {
  'volume-up': { kind: 'volume', step: 1 },
  'volume-down': { kind: 'volume', step: -1 },
  speaker: { kind: 'route', route: 'speaker' },
  headset: { kind: 'route', route: 'headset' },
}

export function screenOf(activity: Activity, around: Surroundings): Screen {
  switch (activity.name) {
    case 'starting':
      return {
        status: status(STRINGS.starting, around),
        content: [activity.step],
        soft: [undefined, undefined, undefined, MENU],
        keys: { ...ANYWHERE, back: MENU.action },
      }
    case 'idle':
      return idle(around)
    case 'dialling':
      return dialling(activity.digits, around)
    case 'calling':
      return {
        status: { left: activity.ringing ? STRINGS.ringingThere : STRINGS.calling, right: '' },
        content: withBeside(who(activity.call, around), around),
        soft: [undefined, undefined, around.view.beside && TRANSFER, END],
        keys: { ...DIGITS, ...ANYWHERE, transfer: INTENT.transfer, back: INTENT.end },
      }
    case 'ringing':
      return {
        status: { left: `${ICONS.bell} ${STRINGS.incoming}`, right: '' },
        content: withLast(who(activity.call, around), divertedFrom(activity.call, around), around),
        soft: [soft(STRINGS.soft.answer, INTENT.answer), undefined, undefined, soft(STRINGS.soft.reject, INTENT.end)],
        keys: { ...ANYWHERE, ok: INTENT.answer, back: INTENT.end },
      }
    case 'in-call':
      return inCall(activity.call, around)
    case 'held':
      return held(activity.call, around)
    case 'conference':
      return conference(activity, around)
    case 'ended':
      return {
        status: { left: STRINGS.ended, right: activity.lastedMs > 0 ? duration(activity.lastedMs) : '' },
        content: [name(activity.call, around), activity.cause],
        soft: [
          around.view.beside === undefined ? REDIAL : soft(STRINGS.soft.resume, INTENT.hold),
          ...[undefined, undefined, soft(STRINGS.soft.done, INTENT.end)],
        ],
        keys: { ...ANYWHERE, redial: INTENT.redial, hold: INTENT.hold, ok: INTENT.end, back: INTENT.end },
      }
  }
}

const status = (left: string, { time }: Surroundings): Screen['status'] => ({ left, right: time })

function idle(around: Surroundings): Screen {
  const { lines } = around.view
  const anyRegistered = lines.some((line) => line.registered)
  return {
    status: anyRegistered
      ? status(ready(around.view), around)
      : {
          left: STRINGS.notRegistered,
          right: [brief(around.view), around.time].filter((text) => text !== '').join(' '),
        },
    content: withLast(
      anyRegistered ? linesBriefly(lines, around.size) : linesAtLength(lines),
      missedCalls(around),
      around,
    ),
    soft: idleKeys(around),
    keys: { ...DIGITS, ...ANYWHERE, redial: INTENT.redial, message: INTENT.voicemail, back: MENU.action },
  }
}

function idleKeys({ view, more, book }: Surroundings): Soft[] {
  const dnd = soft(STRINGS.soft.dnd, { kind: 'choose', choice: { dnd: !view.dnd } })
  const [first, second = dnd] = [...(book ? [BOOK] : []), ...(view.keys.length > 0 ? [KEYS] : [])]
  if (first === undefined) return [REDIAL, LOG, dnd, MENU]
  if (!more) return [REDIAL, LOG, MORE, MENU]
  return [first, second, MORE, second === dnd ? MENU : dnd]
}

/** What becomes of calls that come. */
function ready({ dnd, forward: { all, busy, noAnswer } }: PhoneView): string {
  if (all !== '') return `${STRINGS.sentTo} ${all}`
  if (dnd) return STRINGS.dnd
  return busy === '' && noAnswer === '' ? STRINGS.ready : `${STRINGS.ready} ${STRINGS.sentTo}`
}

/** The same beside something more important. */
const brief = ({ dnd, forward: { all } }: PhoneView): string =>
  all !== '' ? STRINGS.sentTo : dnd ? STRINGS.soft.dnd : ''

const reasonOf = (line: LineView): string => line.reason || STRINGS.registering

/** One row for each line; where there are more lines than rows, those that need attention come first. */
function linesBriefly(lines: readonly LineView[], { rows }: Size): string[] {
  const inOrder =
    lines.length <= rows - 2
      ? lines
      : [...lines.filter((line) => !line.registered), ...lines.filter((line) => line.registered)]
  return inOrder.map((line) =>
    line.registered ? `${ICONS.antenna} ${line.label}` : `! ${line.label}: ${reasonOf(line)}`,
  )
}

/** The first line that can say why, with its reason on a row of its own. */
function linesAtLength(lines: readonly LineView[]): string[] {
  const line = lines.find(({ reason }) => reason !== '') ?? lines[0]
  return line === undefined ? [STRINGS.noLine] : [line.label, reasonOf(line)]
}

function dialling(digits: string, around: Surroundings): Screen {
  const shown = tail(digits, around.size.columns - 1)
  return {
    status: status(around.view.offHook ? `${ICONS.handset} ${STRINGS.dial}` : STRINGS.dial, around),
    content: withBeside([shown], around),
    soft:
      shown === ''
        ? [REDIAL, around.book ? BOOK : undefined, around.view.keys.length > 0 ? KEYS : undefined, END]
        : [
            soft(STRINGS.soft.dial, INTENT.dial),
            soft(STRINGS.soft.erase, INTENT.erase),
            around.view.beside && TRANSFER,
            END,
          ],
    cursorColumn: [...shown].length,
    keys: {
      ...DIGITS,
      ...ANYWHERE,
      redial: INTENT.redial,
      message: INTENT.voicemail,
      transfer: INTENT.transfer,
      hold: INTENT.hold,
      ok: INTENT.dial,
      back: shown === '' ? INTENT.end : INTENT.erase,
    },
  }
}

function inCall(call: CallView, around: Surroundings): Screen {
  const mute = call.muted ? ` ${ICONS.mute}` : ''
  const remarks = [call.remoteHold ? STRINGS.heldByPeer : '', call.muted ? STRINGS.muted : ''].filter(
    (text) => text !== '',
  )
  const [first = '', second = ''] = who(call, around)
  return {
    status: {
      left: `${ICONS.handset} ${duration(around.callMs)}${mute}`,
      right: call.secured ? `${ICONS.lock}${call.codec}` : call.codec,
    },
    content: withBeside([first, remarks.length > 0 ? remarks.join(', ') : second], around),
    soft: inCallKeys(call, around),
    keys: {
      ...DIGITS,
      ...ANYWHERE,
      hold: INTENT.hold,
      mute: INTENT.mute,
      transfer: INTENT.transfer,
      ...(around.view.waiting && { ok: INTENT.answer }),
    },
  }
}

function inCallKeys(call: CallView, { view: { waiting, beside }, more }: Surroundings): (Soft | undefined)[] {
  const mute = soft(call.muted ? STRINGS.soft.unmute : STRINGS.soft.mute, INTENT.mute)
  if (waiting !== undefined)
    return [soft(STRINGS.soft.answer, INTENT.answer), soft(STRINGS.soft.reject, INTENT.reject), mute, END]
  if (beside !== undefined) return [...(more ? [TRANSFER, mute] : TWO), MORE, END]
  return [soft(STRINGS.soft.hold, INTENT.hold), mute, soft(STRINGS.soft.add, INTENT.add), END]
}
const JOIN = soft(STRINGS.soft.join, INTENT.conference)
const TWO = [soft(STRINGS.soft.swap, INTENT.swap), JOIN]

function held(call: CallView, around: Surroundings): Screen {
  const resume = soft(STRINGS.soft.resume, INTENT.hold)
  const sent = sentOn(call, around)
  return {
    status: { left: `${ICONS.hold} ${STRINGS.onHold}`, right: duration(around.callMs) },
    content: sent === '' ? withBeside(who(call, around), around) : [name(call, around), sent],
    soft:
      around.view.beside === undefined
        ? [resume, undefined, soft(STRINGS.soft.add, INTENT.add), END]
        : [...(around.more ? [TRANSFER, JOIN] : [resume, TWO[0]]), MORE, END],
    keys: {
      ...{ ...DIGITS, ...ANYWHERE, hold: INTENT.hold, ok: INTENT.hold },
      ...{ mute: INTENT.mute, redial: INTENT.redial, transfer: INTENT.transfer },
    },
  }
}

function conference(activity: Extract<Activity, { name: 'conference' }>, around: Surroundings): Screen {
  const { calls, held: onHold } = activity
  const { muted } = calls[0]
  const state = onHold ? `${ICONS.hold} ${STRINGS.onHold}` : `${ICONS.handset} ${duration(around.callMs)}`
  return {
    status: { left: `${state}${muted ? ` ${ICONS.mute}` : ''}`, right: STRINGS.conference },
    content: calls.map((call) => name(call, around)),
    soft: [
      soft(onHold ? STRINGS.soft.resume : STRINGS.soft.hold, INTENT.hold),
      soft(muted ? STRINGS.soft.unmute : STRINGS.soft.mute, INTENT.mute),
      soft(STRINGS.soft.part, INTENT.conference),
      END,
    ],
    keys: { ...DIGITS, ...ANYWHERE, hold: INTENT.hold, mute: INTENT.mute },
  }
}

/** The last content row is taken for something that must be seen. */
function withLast(content: readonly string[], last: string, { size }: Surroundings): string[] {
  if (last === '') return [...content]
  const rows = Math.max(1, size.rows - 2)
  return Array.from({ length: rows }, (_, n) => (n === rows - 1 ? last : (content[n] ?? '')))
}

/** Who waits, else who is on hold beside. */
function withBeside(content: readonly string[], around: Surroundings): string[] {
  const { waiting, beside } = around.view
  if (waiting !== undefined) return withLast(content, `${ICONS.bell} ${name(waiting, around)}`, around)
  return withLast(content, beside === undefined ? '' : `${ICONS.hold} ${name(beside, around)}`, around)
}

/** Calls missed and messages that wait, in one row. */
function missedCalls({ view }: Surroundings): string {
  const waiting = view.mailboxes.filter((mailbox) => mailbox.waiting)
  const fresh = waiting.reduce((sum, mailbox) => sum + (mailbox.fresh ?? 0), 0)
  const messages = waiting.length === 0 ? '' : fresh > 0 ? `${fresh} ${STRINGS.messages}` : STRINGS.messagesWait
  return [view.missed > 0 ? `${view.missed} ${STRINGS.missed}` : '', messages].filter((text) => text !== '').join(', ')
}

const name = ({ peer }: CallView, around: Surroundings): string => nameOf(peer, around) || STRINGS.unknownCaller

/** Whom it is being sent on to, or why that came to nothing. */
function sentOn({ sent }: CallView, around: Surroundings): string {
  if (sent === undefined) return ''
  const to = nameOf(sent.to, around)
  return sent.failed === undefined
    ? `${STRINGS.sentTo} ${to}${sent.ringing ? ` ${STRINGS.ringsThere}` : ''}`
    : `${to}: ${sent.failed}`
}

const nameOf = ({ display, number }: CallView['peer'], { size }: Surroundings): string =>
  printable(display) || tail(number, size.columns)

/** Whom a call that was sent on was for: the one at the phone may have to answer in his name. */
const divertedFrom = ({ diverted }: CallView, around: Surroundings): string =>
  diverted === undefined ? '' : `${STRINGS.divertedFrom} ${nameOf(diverted, around)}`

/** The name, and below it the number unless the number is all there is. */
function who(call: CallView, around: Surroundings): string[] {
  const first = name(call, around)
  const number = tail(call.peer.number, around.size.columns)
  return first === number ? [first] : [first, number]
}
