// The enumerations of the documents as words; docs/api.md has the table of both.
import type { CallState as SessionCallState } from '../../sip/message/call-state.ts'

export type { Direction } from '../../media/contract.ts'
export type { Party } from '../../sip/message/party.ts'

/** pjsip_inv_state. `null`: nothing was sent or received yet. */
export type CallState = 'null' | SessionCallState
/** pjsua_call_media_status */
export type MediaStatus = 'none' | 'active' | 'local-hold' | 'remote-hold' | 'error'
/** pjsip_role_e */
export type Role = 'uac' | 'uas'
/** pjsua_state */
export type LibState = 'null' | 'created' | 'init' | 'starting' | 'running' | 'closing'
/** pjsip_transport_type_e */
export type TransportType = 'udp' | 'tcp' | 'tls'
/** pjsua_buddy_status */
export type BuddyStatus = 'unknown' | 'online' | 'offline'

/** PJSUA_MAX_CALLS: calls at once where the settings say nothing else. */
export const MAX_CALLS = 32
/** PJSUA_XFER_NO_REQUIRE_REPLACES: the INVITE of an attended transfer does not require RFC 3891. */
export const XFER_NO_REQUIRE_REPLACES = 1
/** PJSUA_INVALID_ID */
export const INVALID_ID = -1
