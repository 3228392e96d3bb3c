// The phone book on the display: in the order of the alphabet, narrowed by what is typed on the number keys.
import type { Contact } from '../firmware/phone/contract.ts'
import { begin, type Entry } from './text-entry.ts'

/** One of the book, with the name as it is searched and sorted by. */
export interface Listed extends Contact {
  readonly plain: string
}

/** The whole book. `search`: beginning of a word of the names that are shown. */
export interface ContactsPage {
  readonly name: 'contacts'
  readonly at: number
  readonly search: Entry
}
/** The numbers of one who has several. */
export interface ContactPage {
  readonly name: 'contact'
  readonly at: number
  readonly contact: Contact
}

export const contactsPage: ContactsPage = { name: 'contacts', at: 0, search: begin('', 'letters') }

/** Small letters without their marks, as the number keys have them; a hyphen parts words. */
const plainOf = (text: string): string =>
  text.toLowerCase().replaceAll('ß', 'ss').replaceAll('-', ' ').normalize('NFD').replace(/\p{M}/gu, '')

export const inOrder = (contacts: readonly Contact[]): readonly Listed[] =>
  contacts
    .map((contact) => ({ ...contact, plain: plainOf(contact.name) }))
    .sort((a, b) => (a.plain < b.plain ? -1 : a.plain > b.plain ? 1 : 0))

export function found(contacts: readonly Listed[], { search }: ContactsPage): readonly Listed[] {
  const sought = plainOf(search.text.trim())
  return sought === '' ? contacts : contacts.filter(({ plain }) => ` ${plain}`.includes(` ${sought}`))
}
