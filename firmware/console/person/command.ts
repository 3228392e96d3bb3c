// A command of the console for people: what it asks for and does, and how what is typed for it is read.
import { type Buddy, type Call, OperationError } from '../../api/facade/index.ts'
import type { Person } from './person.ts'

/** As it is asked for; or what is asked after the answers before, undefined: nothing more. */
type Question = string | ((given: readonly string[]) => string | undefined)

export interface PersonCommand {
  /** What it needs, in this order. */
  readonly asks: readonly Question[]
  readonly help: string
  /** Said before the first question: what there is to choose from. */
  readonly shows?: (person: Person) => void
  /** Place of the answer that is typed unseen. */
  readonly hides?: number
  /** Of what asks by itself: whether that still makes sense, and what an empty line does. */
  readonly isDue?: () => boolean
  readonly givenUp?: () => void
  run(person: Person, ...given: readonly string[]): void | Promise<void>
}

export type Commands = Readonly<Record<string, PersonCommand>>

/** The next question; undefined: it has what it needs. */
export function question({ asks }: PersonCommand, given: readonly string[]): string | undefined {
  const next = asks[given.length]
  return typeof next === 'function' ? next(given) : next
}

export const failure = (text: string) => new OperationError('console', 'argument', text)

/** A whole number. */
export function numberOf(what: string, text: string | undefined, from: number, to: number): number {
  if (text !== undefined && /^\d{1,6}$/.test(text) && Number(text) >= from && Number(text) <= to) return Number(text)
  throw failure(`${what}: expected ${from}–${to}, got ${text}`)
}

/** Buddies are numbered from 1, as they are listed. */
export function buddyOf(person: Person, text: string): Buddy {
  const buddy = /^\d+$/.test(text) ? person.buddies[Number(text) - 1] : undefined
  if (buddy === undefined) throw new OperationError('console', 'unknown', `there is no buddy ${text}`)
  return buddy
}

/** All of them by -1. */
export const buddiesOf = (person: Person, text: string): readonly Buddy[] =>
  text === '-1' ? [...person.buddies] : [buddyOf(person, text)]

/** Whom to call or write to: a URI, a number or name at the account's domain, or a buddy by its number in the list. */
export function addressOf(person: Person, text: string): string {
  const buddy = /^\d+$/.test(text) ? person.buddies[Number(text) - 1] : undefined
  return buddy === undefined ? text : buddy.getConfig().uri
}

export function callOf(person: Person, text: string): Call {
  const call = person.calls.find((each) => String(each.getId()) === text)
  if (call === undefined) throw new OperationError('console', 'unknown', `there is no call ${text}`)
  return call
}
