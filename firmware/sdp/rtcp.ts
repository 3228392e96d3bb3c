// Where RTCP goes: on the port of RTP (RFC 5761, RFC 8035, RFC 8858), where a=rtcp says (RFC 3605), or on the next port.
import { type Attribute, hasAttribute, type MediaDescription } from './description.ts'
import { EXTENDED_REPORTS, type ExtendedReports, extendedReports } from './extended-reports.ts'
import type { LocalAudio } from './local.ts'
import type { Codec } from './rtp.ts'

/** What becomes of RTCP on the port of RTP: offered and taken, taken of those who offer it, or neither. */
export type RtcpMux = 'offer' | 'accept' | 'off'

/** Of our offer. One that asks for the port of RTP says where else RTCP can come (RFC 5761 §5.1.1). */
export function offeredRtcp(
  local: LocalAudio,
  list: readonly Codec[],
  before: MediaDescription | undefined,
): readonly Attribute[] {
  // A session that shares the port goes on asking for it.
  const wanted = local.rtcpMux === 'offer' || (before !== undefined && isMuxed(before))
  return [
    ...(wanted && canShare(list) ? [MUX] : []),
    ...rtcpPort(local),
    ...extendedReports(local.rtcpXr ? EXTENDED_REPORTS : {}),
  ]
}

/** Of our answer. */
export const answeredRtcp = (local: LocalAudio, muxed: boolean, reports: ExtendedReports): readonly Attribute[] => [
  ...(muxed ? [MUX] : rtcpPort(local)),
  ...extendedReports(reports),
]

/** Our answer to this offer is to share the port, where sound goes under the types of `list`. */
export function answersMuxed({ attributes }: MediaDescription, { rtcpMux }: LocalAudio, list: readonly Codec[]) {
  // RFC 8858: who has only one port is taken at that, or there were no RTCP at all.
  if (hasAttribute(attributes, 'rtcp-mux-only')) return true
  const offered = hasAttribute(attributes, 'rtcp-mux') && (rtcpMux === 'offer' || rtcpMux === 'accept')
  return offered && canShare(list)
}

/** RFC 8035: only what was offered is agreed on, for both directions. */
export const agreedMuxed = (offered: MediaDescription, answered: MediaDescription): boolean =>
  isMuxed(offered) && isMuxed(answered)

/** RFC 5761 §4: with the marker other types could not be told from RTCP. */
const canShare = (list: readonly Codec[]) => !list.some(({ payloadType }) => payloadType >= 64 && payloadType <= 95)

const MUX: Attribute = { name: 'rtcp-mux', value: undefined }
const isMuxed = ({ attributes }: MediaDescription): boolean => hasAttribute(attributes, 'rtcp-mux')
const rtcpPort = ({ rtpPort, rtcpPort: port }: LocalAudio): readonly Attribute[] =>
  port === rtpPort + 1 ? [] : [{ name: 'rtcp', value: `${port}` }]
