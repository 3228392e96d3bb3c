// Message sequences as text, compared with what went over the wire; and what must hold whatever the network did.
import type { Phone } from './phone.ts'
import type { Stage } from './stage.ts'

/** One message per line, as the stage traces it; white space is free. */
export const ladder = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '')

/**
 * What is wrong after a play is over, in words; empty when nothing is. Every session has ended, its states form a chain,
 * nothing came after DISCONNECTED, and no engine holds or waits for anything.
 */
export function flaws(stage: Stage, registrations = 0): string[] {
  const found: string[] = []
  for (const phone of stage.phones) {
    const { name, engine, events } = phone
    const states = new Map<string, string>()
    for (const event of events) {
      if (!('id' in event) || event.kind === 'rejected') continue
      const state = states.get(event.id)
      if (event.kind === 'session-incoming') states.set(event.id, 'INCOMING')
      const begins = event.kind === 'session-state' && event.previous === 'NULL'
      if (event.kind === 'session-state') {
        // An id may be used again after the last event of the session that had it.
        if (event.previous !== (state ?? 'NULL') && !(begins && state === 'DISCONNECTED'))
          found.push(`${name} ${event.id}: ${event.previous} after ${state}`)
        states.set(event.id, event.state)
      }
      if (state === 'DISCONNECTED' && !begins) found.push(`${name} ${event.id}: ${event.kind} after DISCONNECTED`)
    }
    for (const [id, state] of states)
      if (state !== 'DISCONNECTED' && !/^reg/.test(id) && !/^req/.test(id))
        found.push(`${name} ${id}: left in ${state}`)
    const { dropped: _, ...counts } = engine.counts()
    const rest = { sessions: 0, registrations, clientTransactions: 0, serverTransactions: 0, requests: 0, lookups: 0 }
    for (const [what, count] of Object.entries(rest))
      if (counts[what as keyof typeof rest] !== count)
        found.push(`${name} holds ${counts[what as keyof typeof rest]} ${what} instead of ${count}`)
    if (counts.timers !== registrations + counts.flows - accepted(phone))
      found.push(`${name} waits for ${counts.timers} timers`)
  }
  return found.length === 0 ? [] : [...found, `seed ${stage.seed}`, ...stage.timed]
}

/** Connections it did not ask for: nothing is waited for on those. */
const accepted = (phone: Phone): number => [...phone.flows.keys()].filter((flow) => flow.startsWith('in:')).length
