// What provisioning asks of a configuration that is tried: which lines register, whether the handset's device works.
import type { AudioHealth, LineHealth } from '../../provisioning/core/health.ts'
import type { MediaEvent } from '../media/contract.ts'
import type { UaEvent } from '../ua/contract.ts'

/** A refusal that trying again does not change: it has no next try. */
export function lineHealth(event: Extract<UaEvent, { kind: 'account-state' }>): LineHealth {
  switch (event.registration) {
    case 'registered':
      return 'registered'
    case 'registering':
    case 'unregistering':
      return 'trying'
    case 'unregistered':
      return event.status >= 400 && event.retryMs === undefined ? 'refused' : 'trying'
  }
}

/** Undefined: this event says nothing about the handset. */
export function audioHealth(event: MediaEvent): { readonly state: AudioHealth; readonly reason: string } | undefined {
  if (!('port' in event) || event.port !== 'handset') return undefined
  if (event.kind === 'port-opened') return { state: 'working', reason: '' }
  if (event.kind === 'port-failed' || event.kind === 'port-lost') return { state: 'failed', reason: event.reason }
  return undefined
}
