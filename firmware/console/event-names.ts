// Every event the console tells, by name; docs/console.md describes each.
import type { Fields } from './schema.ts'

export const EVENTS = [
  'started',
  'registration',
  'incoming',
  'call-state',
  'session-state',
  'redirect',
  'challenge',
  'identity',
  'media',
  'sdp',
  'dtmf',
  'dtmf-sent',
  'silence',
  'timer',
  'modified',
  'ring-timeout',
  'transfer',
  'transfer-request',
  'request',
  'composing',
  'request-result',
  'subscription-state',
  'subscription-notify',
  'watched',
  'check-sync',
  'publication-state',
  'address-changed',
  'subscriber',
  'subscriber-state',
  'port',
  'stats',
  'trace',
  'log',
  'refused',
  'broken',
  'dropped',
] as const

export type EventName = (typeof EVENTS)[number]
export type Told = Fields & { readonly event: EventName }
