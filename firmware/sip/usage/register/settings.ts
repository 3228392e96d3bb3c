// What a `register` command asks for, checked before anything is changed.
import { err, ok, type Result } from '../../../base/result.ts'
import type { SipCommand } from '../../core/contract.ts'
import { isSip } from '../../message/uri.ts'
import { asRoutes, parseTarget, prepare } from '../identity.ts'
import type { RegistrationSettings } from './flow-port.ts'

/** Of one registration (RFC 5626 §4.2 asks for two at least). */
const MAX_FLOWS = 4
/** RFC 5626 §4.2: 31 bits, and some for those that are counted from there. */
const MAX_REG_ID = 2 ** 31 - 1 - MAX_FLOWS
/** Milliseconds. */
const MIN_KEEP_ALIVE = 1000

/** Fails with the reason the command makes no sense. */
export function registrationSettings(
  command: Extract<SipCommand, { readonly kind: 'register' }>,
): Result<RegistrationSettings, string> {
  const { identity, expires, headers } = command
  const prepared = prepare(identity)
  if (!prepared.ok) return prepared
  const registrar = parseTarget(command.registrar)
  if (!registrar.ok || !isSip(registrar.value)) return err('the registrar is no SIP URI')
  if (!(expires > 0)) return err('expires must be positive')
  const { options = {} } = command
  const outbound = asRoutes(options.outbound ?? [])
  if (!outbound.ok) return outbound
  if (outbound.value.length > MAX_FLOWS) return err(`more than ${MAX_FLOWS} outbound proxies`)
  const routes = options.routes === undefined ? ok(prepared.value.routes) : asRoutes(options.routes)
  if (!routes.ok) return routes
  const { regId } = options
  if (regId !== undefined && !(Number.isInteger(regId) && regId > 0 && regId <= MAX_REG_ID))
    return err(`the reg-id is none of 1 to ${MAX_REG_ID}`)
  if (options.instance !== undefined && !/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(options.instance))
    return err('the instance is no urn:uuid')
  if ((outbound.value.length > 0 || regId !== undefined) && options.instance === undefined)
    return err('Outbound needs an instance')
  if (options.keepAlive && !(options.keepAlive.everyMs >= MIN_KEEP_ALIVE))
    return err('a keep-alive more often than once a second')
  return ok({
    options,
    outbound: outbound.value,
    routes: routes.value,
    identity,
    prepared: prepared.value,
    // §10.2: the Request-URI of a REGISTER has no user part.
    registrar: { ...registrar.value, user: undefined, password: undefined },
    expires: Math.round(expires),
    headers,
  })
}
