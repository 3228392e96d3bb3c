// How long servers are waited for, believed in and left alone, unless the configuration says otherwise.
import type { ServerTimes } from '../core/contract.ts'

export const DEFAULT_SERVER_TIMES: ServerTimes = {
  // Node's resolver tells no lifetime of SRV and NAPTR records.
  presentMs: 300_000,
  absentMs: 15_000,
  lookupMs: 5_000,
  // Four transmissions by timer A or E; whoever lives answers an INVITE with 100 within 200 ms (§17.2.1).
  datagramMs: 4_000,
  // 5 s until a connection is given up, and one for the answer.
  streamMs: 6_000,
  // RFC 4320 §4.1: a proxy says nothing of a non-INVITE before 3.5 s, and many never.
  relayedMs: 8_000,
  downMs: 30_000,
}
