// CONTRACT: the user agent as data. Everything an application can ask (UaCommand) and everything it is told (UaEvent).
// The phone speaks it directly; objects and classes for applications are thin covers over it.
//
// The caller names accounts and outgoing calls; incoming calls are named by the user agent, `in:` first.
// Bridge ports of calls are called `call:` + CallId; connecting them to devices, tones and each other is the
// application's business (MediaCommand), on the `call-media` event.
import type { LogRecord } from '../base/log.ts'
import type { MediaCommand, MediaEvent } from '../media/contract.ts'
import type { SipCommand, SipEvent } from '../sip/core/contract.ts'
import type { UaCommand } from './contract/commands.ts'
import type { UaEvent } from './contract/events.ts'

export type * from '../sip/packages/watched.ts'
export type * from './contract/commands.ts'
export type * from './contract/config.ts'
export type * from './contract/events.ts'
export type * from './contract/names.ts'

/** All the user agent is fed: by the application, and by the two engines under it. */
export type UaInput =
  | { readonly from: 'app'; readonly command: UaCommand }
  | { readonly from: 'sip'; readonly event: SipEvent }
  | { readonly from: 'media'; readonly event: MediaEvent }

/** All it answers with, by whom it is for. */
export type UaOutput =
  | { readonly to: 'app'; readonly event: UaEvent }
  | { readonly to: 'sip'; readonly command: SipCommand }
  | { readonly to: 'media'; readonly command: MediaCommand }
  | { readonly to: 'log'; readonly record: LogRecord }
