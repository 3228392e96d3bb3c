// What the boot volume's setup file makes of the phone: a configuration like any other, of version 0, below all of the broker's.
import type { Formats } from '../schema/json-schema.ts'
import type { Setup } from '../schema/setup.ts'
import { read } from './admit.ts'
import type { Stored, StoredDocument } from './stored.ts'

/** The account alone, everything else as it is by default; undefined: the file names none. Throws when it is not a checked one. */
export function localDocument(
  { account }: Setup,
  formats: Formats,
  fingerprint: (text: string) => string,
): StoredDocument | undefined {
  if (account === undefined) return undefined
  const { password, ...line } = account
  const secrets = password === undefined ? {} : { main: { password } }
  const config = { accounts: [{ id: 'main', ...line }] }
  const document = read(JSON.stringify({ contract: 1, version: 1, config, secrets }), formats, fingerprint)
  if (!document?.ok) throw new Error('the account of a setup file that was checked is not valid')
  return { ...document.value, version: 0 }
}

/** The last who said something new counts: the file when it is not the one taken over before, else what is stored. */
export const isNews = (document: StoredDocument, stored: Stored): boolean =>
  stored.good === undefined || stored.local !== document.fingerprint
