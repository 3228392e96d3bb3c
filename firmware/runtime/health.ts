// What provisioning asks of a configuration that is tried: which lines register, whether the handset's device works.
import type { AudioHealth, LineHealth } from '../../provisioning/core/health.ts'
import type { PhoneConfig } from '../../provisioning/schema/phone-config.ts'
import type { MediaEvent } from '../media/contract.ts'
import { registrationReason } from '../phone/reasons.ts'
import { isSip, parseUri } from '../sip/message/uri.ts'
import type { UaEvent } from '../ua/contract.ts'

/** Answers about who asks, not about the moment: forbidden, unknown here (RFC 3261 §21.4). */
const FOR_GOOD: readonly number[] = [403, 404]

/** Refused is what trying again does not change, though a line goes on trying: one day the registrar may know better. */
export function lineHealth(event: Extract<UaEvent, { kind: 'account-state' }>): LineHealth {
  switch (event.registration) {
    case 'registered':
      return 'registered'
    case 'registering':
    case 'unregistering':
      return 'trying'
    case 'unregistered':
      if (event.cause === 'authentication' || FOR_GOOD.includes(event.status)) return 'refused'
      return event.status >= 400 && event.retryMs === undefined ? 'refused' : 'trying'
  }
}

/** The same in words, as the display has them; '' while nothing went wrong. */
export function lineReason(
  event: Extract<UaEvent, { kind: 'account-state' }>,
  config: PhoneConfig | undefined,
): string {
  if (event.registration !== 'unregistered' || event.status === 200) return ''
  const account = config?.accounts.find(({ id }) => id === event.account)
  const uri = parseUri(account?.proxies[0] ?? account?.registrar ?? '')
  return registrationReason(event, uri.ok && isSip(uri.value) ? uri.value.host : 'the registrar')
}

/** Undefined: this event says nothing about the handset. */
export function audioHealth(event: MediaEvent): { readonly state: AudioHealth; readonly reason: string } | undefined {
  if (!('port' in event) || event.port !== 'handset') return undefined
  if (event.kind === 'port-opened') return { state: 'working', reason: '' }
  if (event.kind === 'port-failed' || event.kind === 'port-lost') return { state: 'failed', reason: event.reason }
  return undefined
}
