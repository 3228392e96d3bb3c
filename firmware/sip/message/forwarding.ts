// A call that comes is sent on by its caller: 302 with whom to call, and for whom it was (RFC 3261 §21.3.3, RFC 5806).
import { err, ok, type Result } from '../../base/result.ts'
import { completeTarget } from './addressing.ts'
import { all, TOKEN } from './chars.ts'
import type { HeaderField, SipUri } from './message.ts'
import { printUri } from './uri.ts'

/** The header fields of that 302: `to` best first, each completed like a number dialled here. */
export function forwardingTo(
  to: readonly string[],
  reason: string,
  aor: SipUri,
): Result<readonly HeaderField[], string> {
  if (to.length === 0 || to.length > 8) return err('1 to 8 addresses')
  if (!all(reason, TOKEN)) return err('the reason is no token')
  const headers: HeaderField[] = []
  for (const [at, text] of to.entries()) {
    const target = completeTarget(text, aor)
    if (!target.ok) return target
    const q = to.length === 1 ? '' : `;q=${(1 - at / 10).toFixed(1)}`
    headers.push({ name: 'Contact', value: `<${target.value}>${q}` })
  }
  return ok([...headers, { name: 'Diversion', value: `<${printUri(aor)}>;reason=${reason}` }])
}
