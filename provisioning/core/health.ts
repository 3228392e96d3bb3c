// What works on this phone now, and whether everything that worked before a change works again.
import type { PhoneConfig } from '../schema/phone-config.ts'
import type { Plan } from './plan.ts'

/** `refused`: the registrar said no for good (wrong password, unknown user). */
export type LineHealth = 'trying' | 'registered' | 'refused'
export type AudioHealth = 'unknown' | 'working' | 'failed'

export interface Health {
  readonly lines: ReadonlyMap<string, { readonly state: LineHealth; readonly reason: string }>
  readonly audio: { readonly state: AudioHealth; readonly reason: string }
  readonly broker: boolean
}

export const UNKNOWN_HEALTH: Health = { lines: new Map(), audio: { state: 'unknown', reason: '' }, broker: false }

/** Something that worked before a change and has to work after it. */
export type Need =
  | { readonly kind: 'line'; readonly id: string }
  | { readonly kind: 'audio' }
  | { readonly kind: 'broker' }

/** What works now and is asked of the new configuration too: a line it drops, or no longer registers, is not. */
export function needs(health: Health, next: PhoneConfig): readonly Need[] {
  const lines = next.accounts.filter(
    ({ id, registrar }) => registrar !== undefined && health.lines.get(id)?.state === 'registered',
  )
  return [
    ...lines.map(({ id }): Need => ({ kind: 'line', id })),
    ...(health.audio.state === 'working' ? [{ kind: 'audio' } as const] : []),
    ...(health.broker ? [{ kind: 'broker' } as const] : []),
  ]
}

/**
 * A line that registers anew has to prove itself: its old state says nothing any more. An audio device says only when it
 * fails, so it counts as it did.
 */
export function unproven(health: Health, { lines }: Plan): Health {
  const fresh = new Map(health.lines)
  for (const id of lines) fresh.set(id, { state: 'trying', reason: '' })
  return { ...health, lines: fresh }
}

/** What does not work yet, in words; empty when all is well. `final`: waiting longer would not help. */
export function shortcomings(
  list: readonly Need[],
  health: Health,
): { readonly what: string[]; readonly final: boolean } {
  const what: string[] = []
  let final = false
  const because = (reason: string) => (reason === '' ? '' : `: ${reason}`)
  for (const need of list) {
    switch (need.kind) {
      case 'line': {
        const line = health.lines.get(need.id)
        if (line?.state === 'registered') break
        if (line?.state === 'refused') final = true
        what.push(`line ${need.id} does not register${because(line?.reason ?? '')}`)
        break
      }
      case 'audio':
        if (health.audio.state !== 'working') what.push(`the audio device does not work${because(health.audio.reason)}`)
        break
      case 'broker':
        if (!health.broker) what.push('the broker cannot be reached')
        break
    }
  }
  return { what, final }
}

/** Whether every line that registers, and the audio device, has come to some end after a start. */
export const settled = (health: Health, { accounts }: PhoneConfig): boolean =>
  health.audio.state !== 'unknown' &&
  accounts.every(
    ({ id, registrar }) => registrar === undefined || (health.lines.get(id)?.state ?? 'trying') !== 'trying',
  )
