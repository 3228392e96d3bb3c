// A request as the transport has brought it.
import type { SocketAddress } from '../../base/address.ts'
import type { Incoming } from '../transaction/response.ts'

export interface ReceivedRequest extends Incoming {
  readonly from: SocketAddress
}
