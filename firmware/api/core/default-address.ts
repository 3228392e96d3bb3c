// The address of this host that is taken where none is named.
import { localAddressTowards } from '../../net/local-address.ts'
import { CoreError } from './errors.ts'

/** An address of nobody (RFC 5737): what leads there is the default route. */
const ANYWHERE = '192.0.2.1'

/** That of the default route; rejects with a CoreError where there is none. */
export async function defaultAddress(operation: string): Promise<string> {
  const found = await localAddressTowards(ANYWHERE)
  if (found.ok) return found.value
  throw new CoreError('system', operation, `localIp: no default route (${found.error}); name an address of this host`)
}
