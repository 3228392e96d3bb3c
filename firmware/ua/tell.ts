// Where a call or an account puts what is to be done: one list, four addressees.
import { type LogLevel, log } from '../base/log.ts'
import type { Millis } from '../base/time.ts'
import type { MediaCommand } from '../media/contract.ts'
import type { SipCommand } from '../sip/core/contract.ts'
import type { UaCommand, UaEvent, UaOutput } from './contract.ts'

export interface Tell {
  readonly now: Millis
  app(event: UaEvent): void
  refuse(command: UaCommand['kind'], subject: string, reason: string): void
  sip(command: SipCommand): void
  media(command: MediaCommand): void
  log(level: LogLevel, what: string, fields?: Readonly<Record<string, string | number | boolean | undefined>>): void
}

export const tellInto = (out: UaOutput[], now: Millis): Tell => ({
  now,
  app: (event) => void out.push({ to: 'app', event }),
  refuse: (command, subject, reason) =>
    void out.push({ to: 'app', event: { kind: 'refused', command, subject, reason } }),
  sip: (command) => void out.push({ to: 'sip', command }),
  media: (command) => void out.push({ to: 'media', command }),
  log: (level, what, fields) => void out.push({ to: 'log', record: log(level, 'ua', what, fields) }),
})
