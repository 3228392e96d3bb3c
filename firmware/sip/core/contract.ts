// CONTRACT: the SIP engine. What it is fed (network, time, commands) and what it answers with (sends, look-ups, events).
//
// Whoever starts a session or a registration names it: an application must not use ids that begin with `in:`, those are
// given by the engine to what arrives. An id may be used again once its last event came.
// Every command is taken at once and never fails by exception; one that makes no sense now (answering an ended call, an
// unknown id) is answered with `rejected` and changes nothing.
import type { LogRecord } from '../../base/log.ts'
import type { SipCommand } from './contract/commands.ts'
import type { SipEvent } from './contract/events.ts'
import type { NetworkInput, NetworkOutput } from './contract/network.ts'

export type * from './contract/commands.ts'
export type * from './contract/config.ts'
export type * from './contract/events.ts'
export type * from './contract/module.ts'
export type * from './contract/names.ts'
export type * from './contract/network.ts'
export type * from './contract/registration.ts'
export type * from './contract/servers.ts'
export type * from './contract/terms.ts'

/** All the SIP engine is fed. */
export type SipInput = NetworkInput | SipCommand
/** All it answers with. */
export type SipOutput = NetworkOutput | SipEvent | LogRecord
