// What the lines watch: their mailboxes, and the people somebody wants to see at a glance. Each is a subscription that stands while
// its line does; what is not known is shown as not known.
import { isSamePerson, partyCalled } from '../sip/message/addressing.ts'
import type { BusyState, Pickup } from '../sip/packages/dialog-set.ts'
import type { MessageSummary } from '../sip/packages/message-summary.ts'
import type { PresenceSummary } from '../sip/packages/presence.ts'
import type { AccountId, Party, UaCommand, UaEvent, Watched } from '../ua/contract.ts'
import type { BuddyView, KeySetting, MailboxView, PhoneSettings } from './contract.ts'
import type { PhoneState } from './state.ts'

type Send = (command: UaCommand) => void

export interface Watching {
  /** Subscriptions that stand or are tried anew, by name. */
  readonly live: ReadonlySet<string>
  readonly mailboxes: Readonly<Record<AccountId, MessageSummary>>
  /** By `keyOf`, in the order they were first told of. */
  readonly seen: Readonly<Record<string, Seen>>
}

/** What has been told of one address. */
interface Seen {
  readonly account: AccountId
  readonly uri: string
  /** As a list calls it. */
  readonly name: string | undefined
  readonly busy: BusyState | undefined
  readonly pickup: Pickup | undefined
  /** Whose call can be taken. */
  readonly caller: Party | undefined
  readonly presence: PresenceSummary | undefined
}

export const NOTHING_WATCHED: Watching = { live: new Set(), mailboxes: {}, seen: {} }

/** Seconds asked for. */
const EXPIRES = 3600

interface Wanted {
  readonly subscription: string
  readonly account: AccountId
  readonly target: string
  readonly event: 'message-summary' | 'dialog' | 'presence'
  readonly list: boolean
}

const keyOf = (account: AccountId, uri: string): string => `${account} ${uri}`

/** Everything the settings ask for; one name for one thing, so that what has not changed stays as it is. */
function wantedBy({ accounts, buddies = [], keys = [] }: PhoneSettings): Wanted[] {
  const one = (event: Wanted['event'], account: AccountId, target: string, list = false): Wanted => ({
    ...{ subscription: `${event} ${account} ${target}`, account, target, event, list },
  })
  const ofLines = accounts.flatMap(({ id, config, mailbox, buddyList = '' }) => [
    ...(mailbox?.subscribe === true ? [one('message-summary', id, config.aor)] : []),
    ...(buddyList === '' ? [] : [one('dialog', id, buddyList, true)]),
  ])
  const ofPeople = buddies.flatMap(({ uri, account, watch }) => [
    ...(watch === 'presence' ? [] : [one('dialog', account, uri)]),
    ...(watch === 'calls' ? [] : [one('presence', account, uri)]),
  ])
  const ofKeys = keys.flatMap(({ kind, target, account }) => (kind === 'blf' ? [one('dialog', account, target)] : []))
  const all = [...ofLines, ...ofPeople, ...ofKeys]
  return all.filter((each, at) => all.findIndex((other) => other.subscription === each.subscription) === at)
}

/** New settings: what is not wanted any more ends, the rest is asked for anew, as the user agent may be another one now. */
export function watchAnew(state: PhoneState, before: PhoneSettings | undefined, send: Send): PhoneState {
  const { settings } = state
  if (settings === undefined) return state
  const wanted = wantedBy(settings)
  const isWanted = (name: string) => wanted.some(({ subscription }) => subscription === name)
  const left = (before === undefined ? [] : wantedBy(before)).filter(({ subscription }) => !isWanted(subscription))
  for (const { subscription, account } of left) {
    const stays = settings.accounts.some(({ id }) => id === account)
    if (stays && state.watching.live.has(subscription)) send({ kind: 'unsubscribe', subscription })
  }
  const accounts = settings.accounts.map(({ id }) => id)
  const kept = <T>(all: Readonly<Record<string, T>>, keep: (key: string, value: T) => boolean) =>
    Object.fromEntries(Object.entries(all).filter(([key, value]) => keep(key, value)))
  const watching: Watching = {
    live: new Set(),
    mailboxes: kept(state.watching.mailboxes, (account) => accounts.includes(account)),
    seen: kept(state.watching.seen, (_key, { account, uri }) =>
      wanted.some((each) => each.account === account && (each.list || each.target === uri)),
    ),
  }
  const fresh: PhoneState = { ...state, watching }
  const standing = state.lines.filter(({ registered }) => registered)
  return standing.reduce((now, { account }) => watchFor(now, account, send), fresh)
}

/** A line stands: what it watches and does not yet is subscribed to, and its presence is told. */
export function watchFor(state: PhoneState, account: AccountId, send: Send): PhoneState {
  const { settings, watching } = state
  if (settings === undefined) return state
  const missing = wantedBy(settings).filter((each) => each.account === account && !watching.live.has(each.subscription))
  for (const { subscription, target, event, list } of missing)
    send({ kind: 'subscribe', subscription, account, target, event, expires: EXPIRES, headers: [], list })
  if (settings.accounts.find(({ id }) => id === account)?.publish === true) {
    const presence = { basic: 'open', activities: [], note: undefined } as const
    send({ kind: 'set-presence', account, presence, publish: true, expires: EXPIRES })
  }
  return {
    ...state,
    watching: { ...watching, live: new Set([...watching.live, ...missing.map((m) => m.subscription)]) },
  }
}

export function onSubscription(state: PhoneState, name: string, final: boolean): PhoneState {
  const { watching } = state
  if (!final || !watching.live.has(name)) return state
  return { ...state, watching: { ...watching, live: new Set([...watching.live].filter((each) => each !== name)) } }
}

export function onWatched(state: PhoneState, event: Extract<UaEvent, { kind: 'watched' }>): PhoneState {
  const { settings, watching } = state
  const { account, subscription, watched, name } = event
  if (settings === undefined) return state
  if (watched.of === 'message-summary') {
    if (watched.messages === undefined) return state
    return { ...state, watching: { ...watching, mailboxes: { ...watching.mailboxes, [account]: watched.messages } } }
  }
  const wanted = wantedBy(settings).find((each) => each.subscription === subscription)
  if (wanted === undefined) return state
  const uri = wanted.list ? event.uri : wanted.target
  const key = keyOf(account, uri)
  const known = watching.seen[key] ?? {
    busy: undefined,
    pickup: undefined,
    caller: undefined,
    presence: undefined,
    name,
  }
  const told = (more: Partial<Seen>): PhoneState => {
    const seen = { ...watching.seen, [key]: { ...known, account, uri, name: name ?? known.name, ...more } }
    return { ...state, watching: { ...watching, seen } }
  }
  switch (watched.of) {
    case 'dialog':
      return told({ busy: watched.busy, ...ringingAmong(watched) })
    case 'presence':
      return told({ presence: { basic: watched.basic, activities: watched.activities, note: watched.note } })
    case 'reg':
    case 'conference':
      return state
  }
}

/** Of the call that rings there and can be taken. */
function ringingAmong({ dialogs }: Extract<Watched, { of: 'dialog' }>): Pick<Seen, 'pickup' | 'caller'> {
  const found = dialogs.find(({ state, pickup }) => state === 'early' && pickup !== undefined)
  const { identity, display = '' } = found?.remote ?? {}
  return { pickup: found?.pickup, caller: identity === undefined ? undefined : { ...partyCalled(identity), display } }
}

/** Who made the call that is taken over with this Replaces. */
export const callerTaken = ({ watching: { seen } }: PhoneState, replaces: string): Party | undefined =>
  Object.values(seen).find(({ pickup }) => pickup?.replaces === replaces)?.caller

export const messagesWait = ({ watching: { mailboxes } }: PhoneState): boolean =>
  Object.values(mailboxes).some(({ waiting }) => waiting)

/** The lines that have a mailbox: told of, or with a number to call it. */
export function mailboxViews({ settings, watching: { mailboxes } }: PhoneState): MailboxView[] {
  return (settings?.accounts ?? []).flatMap(({ id, label, mailbox, config }) => {
    const told = mailboxes[id]
    if (told === undefined && mailbox === undefined) return []
    const { fresh, old } = told?.counts.voice ?? { fresh: undefined, old: undefined }
    return {
      account: id,
      label,
      waiting: told?.waiting === true,
      fresh,
      old,
      number: mailbox?.number || playedBy(told, config.aor),
    }
  })
}

/** Whom to call for the messages, as they say themselves (Message-Account, RFC 3842 §5.2); one's own address plays nothing. */
function playedBy(told: MessageSummary | undefined, aor: string): string {
  const address = told?.account ?? ''
  return /^sips?:/i.test(address) && !isSamePerson(address, aor) ? address : ''
}

/** Where one key leads: the first mailbox with something in it that can be called, else the first that can be. */
export function voicemailOf(state: PhoneState): MailboxView | undefined {
  const all = mailboxViews(state).filter(({ number }) => number !== '')
  return all.find(({ waiting }) => waiting) ?? all[0]
}

/** The people configured, in their order, then those a list has told of. */
export function buddyViews({ settings, watching: { seen } }: PhoneState): BuddyView[] {
  const { buddies = [], keys = [] } = settings ?? {}
  const isKey = (account: AccountId, uri: string) => keys.some((key) => key.account === account && key.target === uri)
  const configured = buddies.map(({ label, uri, account, watch }): BuddyView => {
    const known = seen[keyOf(account, uri)]
    return viewOf(account, uri, label, {
      busy: watch === 'presence' ? undefined : (known?.busy ?? 'unknown'),
      pickup: known?.pickup,
      presence: watch === 'calls' ? undefined : (known?.presence ?? UNKNOWN),
    })
  })
  const listed = Object.values(seen).filter(
    ({ account, uri }) => !isKey(account, uri) && !buddies.some((each) => each.account === account && each.uri === uri),
  )
  return [
    ...configured,
    ...listed.map((each) => viewOf(each.account, each.uri, each.name ?? each.uri.replace(/^sips?:|@.*$/g, ''), each)),
  ]
}

/** Of a key that watches: what is known of the calls there. */
export function seenBy({ watching: { seen } }: PhoneState, { account, target }: KeySetting) {
  const { busy = 'unknown', pickup } = seen[keyOf(account, target)] ?? {}
  return { busy, pickup: busy === 'ringing' ? pickup : undefined }
}

const UNKNOWN: PresenceSummary = { basic: 'unknown', activities: [], note: undefined }

const viewOf = (
  account: AccountId,
  number: string,
  label: string,
  { busy, pickup, presence }: Pick<Seen, 'busy' | 'pickup' | 'presence'>,
): BuddyView => ({ account, number, label, busy, presence, pickup: busy === 'ringing' ? pickup : undefined })
