// The pages of the menu that say whom calls are sent on to: what there is to set, and the one where it is entered.
import { CHOSEN, type Choice } from '../firmware/phone/chosen.ts'
import type { PhoneView } from '../firmware/phone/contract.ts'
import { CHOICE_OF, forwardFault } from '../firmware/phone/forwarding.ts'
import type { Size } from '../hal/api/board.ts'
import { ENTRY_KEYS, entryAction, type Screen, type Soft } from './screen.ts'
import { STRINGS } from './strings.ts'
import { tail } from './text.ts'
import { begin, type Entry, MODES } from './text-entry.ts'

export const FORWARDS = ['all', 'busy', 'noAnswer', 'after'] as const
export type ForwardField = (typeof FORWARDS)[number]

/** Something is entered. `fault`: why it was not taken. */
export interface EntryPage {
  readonly name: 'entry'
  readonly at: 0
  readonly field: ForwardField
  readonly entry: Entry
  readonly fault: string
}

export const labelOf = (field: ForwardField): string => STRINGS.forward[field]

/** Cells left beside the longest label of a display of 20 columns. */
const VALUE = 9

export function shownOf(field: ForwardField, { forward }: PhoneView): string {
  if (field === 'after') return `${forward.afterS} ${STRINGS.seconds}`
  return forward[field] === '' ? STRINGS.off : tail(forward[field], VALUE)
}

export const entryPage = (field: ForwardField, { forward }: PhoneView): EntryPage => ({
  ...{ name: 'entry', at: 0, field, fault: '' },
  entry: begin(field === 'after' ? String(forward.afterS) : forward[field]),
})

const { minimum, maximum } = CHOSEN.properties.forwardAfterS

/** What was entered as a choice, or why it is none. */
export function entered({ field, entry }: EntryPage, { lines }: PhoneView): Choice | string {
  const text = entry.text.trim()
  if (field === 'after') {
    const seconds = /^\d{1,3}$/.test(text) ? Number(text) : 0
    const fits = seconds >= minimum && seconds <= maximum
    return fits ? { forwardAfterS: seconds } : `${minimum} ${STRINGS.to} ${maximum} ${STRINGS.seconds}`
  }
  const fault = forwardFault(
    text,
    lines.map(({ aor }) => aor),
  )
  return fault ?? { [CHOICE_OF[field]]: text }
}

const MODE_LABELS = { digits: STRINGS.soft.digits, letters: STRINGS.soft.letters, capitals: STRINGS.soft.capitals }

export function entryScreen({ field, entry, fault }: EntryPage, time: string, { columns }: Size): Screen {
  const shown = tail(entry.text, columns - 1)
  const empty = entry.text === ''
  const next = MODES[(MODES.indexOf(entry.mode) + 1) % MODES.length]!
  const back: Soft = { label: STRINGS.soft.back, action: { kind: 'menu', go: 'back' } }
  return {
    status: { left: `${STRINGS.sentTo} ${labelOf(field)}`, right: time },
    content: [shown, fault || (empty && field !== 'after' ? STRINGS.nobody : '')],
    cursorColumn: [...shown].length,
    soft: [
      { label: STRINGS.soft.save, action: { kind: 'menu', go: 'ok' } },
      field === 'after' ? undefined : { label: MODE_LABELS[next], action: entryAction('mode') },
      { label: STRINGS.soft.erase, action: entryAction('erase') },
      empty ? back : { label: STRINGS.soft.clear, action: entryAction('clear') },
    ],
    keys: { ...ENTRY_KEYS, ok: { kind: 'menu', go: 'ok' }, back: empty ? back.action : entryAction('erase') },
  }
}
