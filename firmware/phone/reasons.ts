// Status codes and causes in words for the person at the phone (RFC 3261 §21).
import type { Cause } from '../sip/core/contract.ts'

export interface Outcome {
  readonly status: number
  readonly reason: string
  readonly cause: Cause | undefined
}

/** A status of 0 never was on the wire. */
const numbered = ({ status, reason }: Outcome): string => (status === 0 ? reason : `${status} ${reason}`.trim())

/** Why a line is not registered; `host` is whom we register with. */
export function registrationReason(outcome: Outcome, host: string): string {
  switch (outcome.cause) {
    case 'timeout':
      return `no answer from ${host}`
    case 'resolution':
      return `cannot find ${host}`
    case 'transport':
      return 'network unreachable'
    case 'authentication':
      return 'wrong password'
    case 'local':
    case 'remote':
    case 'protocol':
    case undefined:
      break
  }
  const { status } = outcome
  if (status < 300) return 'not registered'
  if (status === 401 || status === 403 || status === 407) return 'wrong password'
  if (status === 404) return 'unknown user'
  if (status === 408) return `no answer from ${host}`
  if (status >= 500) return `${host} has a problem: ${numbered(outcome)}`
  return `${host} refused: ${numbered(outcome)}`
}

/** Why an answered call ended. */
export function endReason(outcome: Outcome): string {
  switch (outcome.cause) {
    case 'local':
      return 'call ended'
    case 'timeout':
    case 'transport':
    case 'resolution':
      return 'connection lost'
    case 'protocol':
    case 'authentication':
      return 'call failed'
    case 'remote':
    case undefined:
      return 'other side hung up'
  }
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: 'wrong password',
  403: 'not allowed',
  404: 'unknown number',
  407: 'wrong password',
  408: 'no answer',
  410: 'number is gone',
  480: 'not available',
  484: 'number incomplete',
  486: 'busy',
  487: 'cancelled',
  488: 'no sound agreed on',
  503: 'no service',
  600: 'busy',
  603: 'declined',
  604: 'unknown number',
  606: 'no sound agreed on',
}

/** Why a call we made was not answered. */
export function refusalReason(outcome: Outcome): string {
  switch (outcome.cause) {
    case 'timeout':
      return 'no answer from the network'
    case 'resolution':
      return 'host not found'
    case 'transport':
      return 'network unreachable'
    case 'authentication':
      return 'wrong password'
    case 'local':
    case 'remote':
    case 'protocol':
    case undefined:
      return REFUSALS[outcome.status] ?? numbered(outcome)
  }
}

/** What the handset plays when a call we made was not answered. */
export const refusalTone = (status: number): 'busy' | 'congestion' =>
  status === 486 || status === 600 ? 'busy' : 'congestion'
