// Events as log records: registrations, calls, and parts of the board that come and go, which is what one looks for in a phone's log.
import type { BoardEvent } from '../../hal/api/board.ts'
import { type LogRecord, log } from '../base/log.ts'
import type { UaEvent } from '../ua/contract.ts'

/** Undefined: not worth a line, as most that a caller asked for. */
export function eventLog(event: UaEvent): LogRecord | undefined {
  switch (event.kind) {
    case 'account-state': {
      const { account, registration, status, reason, cause, expires, retryMs, server, tries } = event
      const tried = tries?.map((each) => `${each.server} (${each.what})`).join(', ')
      const fields = {
        ...{
          account,
          status: status || undefined,
          reason: reason || undefined,
          cause,
          expires,
          retryMs,
          server,
          tried,
        },
      }
      // Un-registered by a 200 is what was asked for.
      return log(registration === 'unregistered' && status !== 200 ? 'warn' : 'info', 'line', registration, fields)
    }
    case 'call-incoming':
      return log('info', 'call', 'incoming', { call: event.call, from: event.peer.uri })
    case 'call-state': {
      const { call, state, status, reason, cause, peer } = event
      const fields = { call, with: peer.uri, status: status || undefined, reason: reason || undefined, cause }
      return log('info', 'call', state, fields)
    }
    case 'call-media': {
      const { status, codec, direction, srtp } = event.media
      return log('info', 'call', 'media', { call: event.call, status, codec, direction, srtp })
    }
    case 'address-changed': {
      const { step, address, account, call, status, reason } = event
      return log(status < 300 ? 'info' : 'warn', 'address', step, { address, account, call, status, reason })
    }
    case 'call-silent':
      return event.forMs === 0
        ? undefined
        : log('warn', 'call', 'no sound arrives', { call: event.call, forMs: event.forMs })
  }
  return undefined
}

/** A part of the board that went away, or is there. Keys and hook are not written down: they may be somebody's PIN. */
export function boardLog(event: BoardEvent): LogRecord | undefined {
  if (event.kind !== 'device') return undefined
  const { device, state, reason } = event
  return log(state === 'lost' ? 'warn' : 'info', 'board', state, { device, reason })
}
