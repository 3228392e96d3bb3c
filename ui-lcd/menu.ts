// The menu: which pages are open, where the user is on them, and what a key does there. Rows are made by `menu-pages.ts`.

import type { Millis } from '../firmware/base/time.ts'
import { TONE_COUNTRIES } from '../firmware/media/tones.ts'
import { redialList } from '../firmware/phone/call-log.ts'
import type { Choice } from '../firmware/phone/chosen.ts'
import type { BuddyView, LogEntry, MailboxView, PhoneIntent, PhoneView } from '../firmware/phone/contract.ts'
import { type ContactPage, type ContactsPage, contactsPage, found, type Listed } from './contacts.ts'
import { type EntryPage, entered, entryPage, FORWARDS } from './forward-pages.ts'
import type { MenuAction } from './screen.ts'
import { type EntryKey, typed } from './text-entry.ts'

/** What the phone is, as far as it is known; '' is not shown. */
export interface Facts {
  readonly model: string
  readonly version: string
  readonly deviceId: string
  readonly mac: string
  /** Network address SIP is spoken from. */
  readonly address: string
  /** In words: `connected`, `not connected`, `none set up`. */
  readonly broker: string
  /** SHA-256 of the phone's certificate, hex. */
  readonly key: string
  /** What is wrong with the boot volume's setup file. */
  readonly setup: string
}
export const NO_FACTS: Facts = {
  model: '',
  version: '',
  deviceId: '',
  mac: '',
  address: '',
  broker: '',
  key: '',
  setup: '',
}

/** Everything a page may speak of. */
export interface World {
  readonly view: PhoneView
  readonly log: readonly LogEntry[]
  readonly contacts: readonly Listed[]
  readonly facts: Facts
  readonly now: Millis
  readonly upMs: number
  readonly wallOffsetMs: number | undefined
  /** Local time is UTC plus this. */
  readonly zoneMs: number
}

export const MENU_PAGES = [
  ...(['status', 'calls', 'redial', 'messages', 'people', 'keys', 'contacts'] as const),
  ...(['volume', 'tones', 'dnd', 'forward', 'about'] as const),
] as const

/** Those there is something on. */
export function pagesOf({ view, contacts }: World): readonly (typeof MENU_PAGES)[number][] {
  const empty: readonly string[] = [
    ...(view.mailboxes.length === 0 ? ['messages'] : []),
    ...(view.buddies.length === 0 ? ['people'] : []),
    ...(view.keys.length === 0 ? ['keys'] : []),
    ...(contacts.length === 0 ? ['contacts'] : []),
  ]
  return MENU_PAGES.filter((name) => !empty.includes(name))
}

/** `at`: the row selected, or the first one shown of a text. */
export type Page =
  | { readonly name: 'menu' | Exclude<(typeof MENU_PAGES)[number], 'contacts'>; readonly at: number }
  | ContactsPage
  | ContactPage
  | { readonly name: 'call'; readonly at: number; readonly entry: LogEntry }
  | EntryPage
/** The pages opened one from the other, the last one shown. Empty: no menu. */
export type Menu = readonly Page[]

export const CLOSED: Menu = []

export interface MenuStep {
  readonly menu: Menu
  readonly phone?: PhoneIntent
  readonly choice?: Choice
}

const first = (name: Exclude<Page['name'], 'call' | 'entry' | 'contacts' | 'contact'>): Page => ({ name, at: 0 })

/** The page as it is when it opens: on what is in use, on the first row of others. */
function opened(name: (typeof MENU_PAGES)[number], { view }: World): Page {
  if (name === 'tones') return { name, at: Math.max(0, TONE_COUNTRIES.indexOf(view.country)) }
  if (name === 'contacts') return contactsPage
  return name === 'dnd' ? { name, at: view.dnd ? 0 : 1 } : first(name)
}

const open = (menu: Menu, name: (typeof MENU_PAGES)[number], world: World): MenuStep => ({
  menu: [...menu, opened(name, world)],
  // Opening the log is looking at it.
  ...(name === 'calls' && { phone: { kind: 'log-seen' } }),
})

/** The calls a page lists. */
export const listed = (page: Page, { log }: World): readonly LogEntry[] =>
  page.name === 'redial' ? redialList(log) : page.name === 'calls' ? log : []

export const callBack = ({ number, account }: LogEntry): PhoneIntent | undefined =>
  number === '' ? undefined : { kind: 'call', number, account }

export const callMailbox = ({ number, account }: MailboxView): PhoneIntent | undefined =>
  number === '' ? undefined : { kind: 'call', number, account }

/** Takes the call that rings there, else calls. */
export const reach = ({ number, account, pickup }: BuddyView): PhoneIntent =>
  pickup === undefined
    ? { kind: 'call', number, account }
    : { kind: 'call', number: pickup.target, account, replaces: pickup.replaces }

/** What has a volume, as far as it is there. */
export const volumesOf = ({ view: { volume, handsFree, ringer } }: World) => [
  { of: 'handset', value: volume } as const,
  ...handsFree.map((way) => ({ of: way.route, value: way.volume })),
  { of: 'ringer', value: ringer } as const,
]

/** `count`: rows the user can be on; moving past the last one goes to the first, and back. */
export function step(menu: Menu, go: MenuAction['go'], count: number, world: World): MenuStep {
  const page = menu.at(-1)
  const move = (by: number): MenuStep =>
    page === undefined || page.name === 'entry' || count === 0
      ? { menu }
      : { menu: menu.with(-1, { ...page, at: (page.at + by + count) % count }) }
  switch (go) {
    case 'open':
      return { menu: [first('menu')] }
    case 'calls':
    case 'keys':
    case 'contacts':
      return open(CLOSED, go, world)
    case 'back':
      return { menu: menu.slice(0, -1) }
    case 'up':
      return move(-1)
    case 'down':
      return move(1)
    case 'more':
    case 'less':
      if (page?.name !== 'volume') return { menu }
      return {
        menu,
        phone: { kind: 'volume', step: go === 'more' ? 1 : -1, of: volumesOf(world)[page.at]?.of ?? 'handset' },
      }
    case 'ok':
      return page === undefined ? { menu } : chosen(menu, page, world)
  }
}

function chosen(menu: Menu, page: Page, world: World): MenuStep {
  switch (page.name) {
    case 'menu': {
      const name = pagesOf(world)[page.at]
      return name === undefined ? { menu } : open(menu, name, world)
    }
    case 'calls': {
      const entry = listed(page, world)[page.at]
      return entry === undefined ? { menu } : { menu: [...menu, { name: 'call', at: 0, entry }] }
    }
    case 'redial':
    case 'call': {
      const entry = page.name === 'call' ? page.entry : listed(page, world)[page.at]
      const phone = entry && callBack(entry)
      return phone === undefined ? { menu } : { menu, phone }
    }
    case 'messages': {
      const mailbox = world.view.mailboxes[page.at]
      const phone = mailbox && callMailbox(mailbox)
      return phone === undefined ? { menu } : { menu, phone }
    }
    case 'people': {
      const buddy = world.view.buddies[page.at]
      return buddy === undefined ? { menu } : { menu, phone: reach(buddy) }
    }
    case 'keys':
      return page.at < world.view.keys.length ? { menu, phone: { kind: 'key', at: page.at } } : { menu }
    case 'contacts': {
      const contact = found(world.contacts, page)[page.at]
      if (contact === undefined) return { menu }
      const [number = '', ...others] = contact.numbers
      if (others.length > 0) return { menu: [...menu, { name: 'contact', at: 0, contact }] }
      return { menu, phone: { kind: 'call', number } }
    }
    case 'contact': {
      const number = page.contact.numbers[page.at]
      return number === undefined ? { menu } : { menu, phone: { kind: 'call', number } }
    }
    case 'tones': {
      const country = TONE_COUNTRIES[page.at]
      return country === undefined ? { menu } : { menu, choice: { country } }
    }
    case 'dnd':
      return { menu, choice: { dnd: page.at === 0 } }
    case 'forward': {
      const field = FORWARDS[page.at]
      return field === undefined ? { menu } : { menu: [...menu, entryPage(field, world.view)] }
    }
    case 'entry': {
      const made = entered(page, world.view)
      return typeof made === 'string'
        ? { menu: menu.with(-1, { ...page, fault: made }) }
        : { menu: menu.slice(0, -1), choice: made }
    }
    case 'volume':
      return { menu: menu.with(-1, { ...page, at: (page.at + 1) % volumesOf(world).length }) }
    case 'status':
    case 'about':
      return { menu }
  }
}

/** A key on a page that takes a text. */
export function type(menu: Menu, key: EntryKey, now: Millis): Menu {
  const page = menu.at(-1)
  if (page?.name === 'contacts') return menu.with(-1, { ...page, at: 0, search: typed(page.search, key, now) })
  return page?.name === 'entry' ? menu.with(-1, { ...page, entry: typed(page.entry, key, now), fault: '' }) : menu
}
