// Whom a call or request goes to: a URI, or a number or name at the account's domain.
import { completeTarget } from '../../sip/message/addressing.ts'
import { type ExtraHeaders, SipUri } from '../core/index.ts'
import { headerFields } from '../core/wire.ts'
import type { Account } from './account.ts'
import { OperationError, operated } from './errors.ts'

/** Throws an OperationError where that cannot be. `name`: of the argument it was given as. */
export function targetOf(operation: string, name: string, text: string, account: Account): SipUri {
  const target = completeTarget(text, account.parts.uri.toWire())
  if (!target.ok) {
    const got = JSON.stringify(text.slice(0, 80))
    throw new OperationError(
      operation,
      'argument',
      `${name}: expected a SIP URI or a number, got ${got}: ${target.error}`,
    )
  }
  return operated(operation, () => SipUri.parse(target.value))
}

/** Throws an OperationError where one of them cannot stand in a message. */
export function checkHeaders(operation: string, headers: ExtraHeaders, of?: 'response'): void {
  operated(operation, () => headerFields(headers, of))
}
