// The SIP stack alone: the engine as a machine without sockets or clocks, and messages, URIs and credentials as it has them.

export { Secret } from '../../base/secret.ts'
export { ms } from '../../base/time.ts'
export { systemRng } from '../../runtime/system-rng.ts'
export type * from '../../sip/core/contract.ts'
export { createSipEngine, type SipEngine } from '../../sip/core/engine.ts'
export type * from '../../sip/message/message.ts'
export { parseMessage } from '../../sip/message/parse.ts'
export { printRequest, printResponse } from '../../sip/message/print.ts'
export { isSip, parseUri, printUri, sameUri } from '../../sip/message/uri.ts'
