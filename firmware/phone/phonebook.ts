// The phone book: whose number it is, told by what the dial plan makes of both.
import { personOf } from '../sip/message/addressing.ts'
import type { Party } from '../ua/contract.ts'
import type { Contact } from './contract.ts'
import type { DialMap } from './dial-map.ts'
import { resolveNumber } from './dial-plan.ts'
import type { PhoneState } from './state.ts'

/** Names by what is called, in the form of `formOf`. */
export type Phonebook = ReadonlyMap<string, string>

/** What the dial plan makes of a number; of an address its user and host, whatever transport or port leads there. */
function formOf(map: DialMap | undefined, number: string): string {
  if (!/^sips?:/i.test(number)) return resolveNumber(map, number)
  return personOf(number) ?? number
}

/** Of two with the same number the first is meant. */
export function phonebookOf(contacts: readonly Contact[], map: DialMap | undefined): Phonebook {
  const book = new Map<string, string>()
  for (const { name, numbers } of contacts)
    for (const number of numbers) {
      const form = formOf(map, number)
      if (!book.has(form)) book.set(form, name)
    }
  return book
}

/** By the name the phone book has for the number or the address; as he calls himself when it has none. */
export function known({ phonebook, dialMap }: Pick<PhoneState, 'phonebook' | 'dialMap'>, party: Party): Party {
  if (phonebook.size === 0) return party
  const name = phonebook.get(formOf(dialMap, party.uri)) ?? phonebook.get(formOf(dialMap, party.number))
  return name === undefined ? party : { ...party, display: name }
}
