// What RTCP says beyond RFC 3550 where both sides ask for it (RFC 3611 §5): how voice is heard, and the round trip of who only listens.
import { type Attribute, attribute, type MediaDescription, type SessionDescription } from './description.ts'

/** Who answers a reference time (RFC 3611 §4.5): everybody, or only who sends sound. */
export type ReceiverRoundTrip = 'all' | 'sender'

export interface ExtendedReports {
  /** RTCP says how voice is heard (VoIP metrics). */
  readonly rtcpXr?: boolean
  /** A side that sends no sound learns the round trip. */
  readonly receiverRoundTrip?: ReceiverRoundTrip
}

/** All we can. */
export const EXTENDED_REPORTS: ExtendedReports = { rtcpXr: true, receiverRoundTrip: 'all' }

/** Octets of a block that answers one reference time (§4.5). */
const ANSWER_SIZE = 16

/** What a description asks for. What the session says counts for streams that say nothing of their own (§5.1). */
export function reportsAsked(session: SessionDescription, media: MediaDescription): ExtendedReports {
  const said = attribute(media.attributes, 'rtcp-xr') ?? attribute(session.attributes, 'rtcp-xr') ?? ''
  const formats = said.split(' ')
  const [, who, most = ANSWER_SIZE] = said.match(/(?:^| )rcvr-rtt=(all|sender)(?::(\d+))?(?= |$)/) ?? []
  return {
    ...(formats.includes('voip-metrics') && { rtcpXr: true }),
    ...(Number(most) >= ANSWER_SIZE && (who === 'all' || who === 'sender') && { receiverRoundTrip: who }),
  }
}

/** What both ask for. */
export function agreedReports(ours: ExtendedReports, theirs: ExtendedReports): ExtendedReports {
  const [one, other] = [ours.receiverRoundTrip, theirs.receiverRoundTrip]
  return {
    ...(ours.rtcpXr && theirs.rtcpXr && { rtcpXr: true }),
    ...(one && other && { receiverRoundTrip: one === 'sender' ? one : other }),
  }
}

export function extendedReports({ rtcpXr, receiverRoundTrip: who }: ExtendedReports): readonly Attribute[] {
  const formats = [...(who ? [`rcvr-rtt=${who}`] : []), ...(rtcpXr ? ['voip-metrics'] : [])]
  return formats.length > 0 ? [{ name: 'rtcp-xr', value: formats.join(' ') }] : []
}
