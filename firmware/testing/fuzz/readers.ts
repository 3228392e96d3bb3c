// Everything that reads text from the network without keeping anything: one call goes through all of it.
import type { Rng } from '../../base/rng.ts'
import { Secret } from '../../base/secret.ts'
import { type LocalAudio, PCMA, PCMU } from '../../sdp/local.ts'
import { answerOffer, evaluateAnswer, makeOffer } from '../../sdp/offer-answer.ts'
import { parseSdp } from '../../sdp/parse.ts'
import { printSdp } from '../../sdp/print.ts'
import { addresses, codecs, direction, packetTime } from '../../sdp/rtp.ts'
import { authorize, NO_AUTH, preauthorize } from '../../sip/auth/authorize.ts'
import { challenges, parseAuth } from '../../sip/auth/challenge.ts'
import { learn } from '../../sip/auth/info.ts'
import { verify } from '../../sip/auth/server.ts'
import * as headers from '../../sip/message/headers.ts'
import type { SipMessage } from '../../sip/message/message.ts'
import { parseNameAddrList, printNameAddr } from '../../sip/message/name-addr.ts'
import { parseMessage } from '../../sip/message/parse.ts'
import { printUri } from '../../sip/message/uri.ts'
import { printVia } from '../../sip/message/via.ts'
import { parseConferenceInfo } from '../../sip/packages/conference-info.ts'
import { parseDialogInfo } from '../../sip/packages/dialog-info.ts'
import { parseIsComposing } from '../../sip/packages/is-composing.ts'
import { parseMessageSummary } from '../../sip/packages/message-summary.ts'
import { parsePidf } from '../../sip/packages/pidf.ts'
import { parseRegInfo } from '../../sip/packages/reginfo.ts'
import { parseResourceList } from '../../sip/packages/resource-list.ts'
import { parseXpidf } from '../../sip/packages/xpidf.ts'
import { grantedBy } from '../../sip/usage/register/granted.ts'
import { otherParts, sdpOf } from '../../sip/usage/sdp-body.ts'

const ORIGIN = { username: '-', sessionId: '1' }
const LOCAL: LocalAudio = {
  address: '192.0.2.1',
  rtpPort: 20_000,
  rtcpPort: 20_001,
  codecs: [PCMA, PCMU],
  events: 101,
  ptimeMs: 20,
  direction: 'sendrecv',
  order: 'offerer',
}
const CREDENTIALS = [{ realm: '*', username: 'alice', password: new Secret('secret') }]
const LISTS = ['Contact', 'Route', 'Record-Route', 'Refer-To', 'P-Asserted-Identity', 'Diversion']

/** Parses a datagram and asks it everything; throws only when something is wrong with a reader. */
export function readDatagram(text: string, rng: Rng): void {
  const parsed = parseMessage(text)
  if (!parsed.ok) return
  const m = parsed.value
  readHeaders(m)
  readDigest(m, rng)
  readGranted(m)
  const body = sdpOf(m)
  otherParts(m)
  readSdp(body.kind === 'sdp' ? body.sdp : m.body)
  for (const read of EVENT_BODIES) read(m.body)
  parseResourceList({ contentType: m.header('Content-Type') ?? '', content: m.body })
}

const EVENT_BODIES = [
  ...[parsePidf, parseXpidf, parseDialogInfo, parseMessageSummary],
  ...[parseRegInfo, parseConferenceInfo, parseIsComposing],
]

function readHeaders(m: SipMessage): void {
  for (const { name } of m.fields) m.headers(name)
  for (const read of [headers.contacts, headers.routes, headers.recordRoutes, headers.paths, headers.serviceRoutes])
    read(m)
  for (const read of [headers.flowTimer, headers.expires, headers.minExpires, headers.maxForwards, headers.retryAfter])
    read(m)
  for (const read of [headers.requires, headers.proxyRequires, headers.supported, headers.allow]) read(m)
  headers.contentType(m)
  headers.accepts(m, 'application/sdp')
  for (const via of m.vias) printVia(via)
  for (const value of [m.from, m.to]) printNameAddr(value)
  if (m.kind === 'request') printUri(m.uri)
  for (const name of LISTS) {
    for (const value of m.headers(name)) {
      const list = parseNameAddrList(value)
      if (list.ok) for (const each of list.value) printNameAddr(each)
    }
  }
}

const NAMED = {
  contact: 'sip:a@192.0.2.1',
  instance: 'urn:uuid:x',
  regId: 1,
  regIds: [1, 2],
  before: 'sip:a@192.0.2.2',
}

/** What is taken from a 2xx to REGISTER has to be fit to be sent again. */
function readGranted(m: SipMessage): void {
  if (m.kind !== 'response') return
  const { leftovers, serviceRoute, path, publicGruu } = grantedBy(m, NAMED)
  for (const text of [...leftovers, ...serviceRoute.map(printNameAddr), ...path, `<${publicGruu ?? 'sip:a'}>`])
    if (!parseNameAddrList(text).ok) throw new Error(`cannot be read again: ${text}`)
}

function readDigest(m: SipMessage, rng: Rng): void {
  const request = { method: 'INVITE', uri: 'sip:b@c', body: '', hops: ['c'] }
  if (m.kind === 'response') {
    const done = authorize(challenges(m), request, CREDENTIALS, rng, NO_AUTH)
    if (done.ok) preauthorize(request, CREDENTIALS, learn(m, request, done.value.state).state)
  }
  for (const value of [...m.headers('Authorization'), ...m.headers('Proxy-Authorization')]) {
    parseAuth(value)
    verify(value, request, {
      ...{ realm: 'r', algorithms: ['MD5', 'SHA-256'] },
      nonce: () => ({ count: 0 }),
      kept: () => CREDENTIALS[0],
      users: ['a'],
    })
  }
}

/** Reads a description, answers it as an offer, takes it for an answer, and prints it. */
export function readSdp(text: string): void {
  const parsed = parseSdp(text)
  if (!parsed.ok) return
  const d = parsed.value
  for (const media of d.media) {
    codecs(media)
    direction(d, media)
    packetTime(d, media, 'ptime')
    addresses(d, media)
  }
  const answer = answerOffer(d, LOCAL, ORIGIN)
  if (answer.ok && !parseSdp(printSdp(answer.value.description)).ok) throw new Error('our answer cannot be read')
  evaluateAnswer(d, makeOffer(LOCAL, ORIGIN))
  if (!parseSdp(printSdp(d)).ok) throw new Error('what was read and printed cannot be read again')
}
