// Hostile text, for a given time: through all readers, and through two whole phones in a call. What is found can be had
// again by its seed. Run as a program: `node fuzz.ts [--seconds 60 | --messages 20000000] [--seed N]`.

import { parseArgs } from 'node:util'
import { seededRng } from '../../base/rng.ts'
import { INVITE, OK_200, REGISTER } from '../../sip/message/samples.ts'
import { VALID } from '../../sip/message/torture-messages.ts'
import { BODIES, IPV6 } from '../../sip/message/torture-more.ts'
import { DOUBTFUL, REFUSED } from '../../sip/message/torture-refused.ts'
import { usedHeap } from '../heap.ts'
import { mutate } from './mutate.ts'
import { readDatagram, readSdp } from './readers.ts'
import { playRound } from './street.ts'

const CHALLENGE = [
  'SIP/2.0 401 Unauthorized',
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  'From: <sip:a@b>;tag=1',
  'To: <sip:a@b>;tag=2',
  'Call-ID: x',
  'CSeq: 1 REGISTER',
  'WWW-Authenticate: Digest realm="b", nonce="abc", algorithm=SHA-256, qop="auth,auth-int", opaque="x"',
  'WWW-Authenticate: Digest realm="b", nonce="abc", algorithm=MD5, stale=false',
  'Proxy-Authenticate: Digest realm="c, \\"d\\"", nonce="def"',
  'Content-Length: 0\r\n\r\n',
].join('\r\n')
const CREDENTIALS = REGISTER.replace(
  '\r\n\r\n',
  '\r\nAuthorization: Digest username="alice", realm="r", nonce="abc", uri="sip:b@c", response="0123456789abcdef0123456789abcdef", algorithm=MD5, qop=auth, cnonce="1", nc=00000001\r\n\r\n',
)
/** Event bodies, each under the head of a NOTIFY. */
const NOTIFIES = [
  '<?xml version="1.0"?>\r\n<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:a@b"><tuple id="1"><status><basic>open</basic></status><note>&lt;here&gt;</note></tuple></presence>',
  '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity="sip:a@b"><dialog id="1" direction="recipient"><state code="180">early</state></dialog></dialog-info>',
  'Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n',
  '--b\r\nContent-Type: application/rlmi+xml\r\n\r\n<list xmlns="urn:ietf:params:xml:ns:rlmi" uri="sip:a@b" version="0" fullState="true"><resource uri="sip:c@d"><instance id="1" state="active" cid="x"/></resource></list>\r\n--b\r\nContent-ID: <x>\r\n\r\n<a/>\r\n--b--\r\n',
].map((body) =>
  [
    'NOTIFY sip:a@192.0.2.1 SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKn',
    ...['From: <sip:b@c>;tag=1', 'To: <sip:a@b>;tag=2', 'Call-ID: n', 'CSeq: 1 NOTIFY', 'Event: presence'],
    ...['Subscription-State: active;expires=60', 'Content-Type: multipart/related;boundary=b'],
    `Content-Length: ${body.length}\r\n\r\n${body}`,
  ].join('\r\n'),
)
const MESSAGES = [INVITE, REGISTER, OK_200, CHALLENGE, CREDENTIALS, ...NOTIFIES]
const CORPUS = [...MESSAGES, ...[VALID, REFUSED, DOUBTFUL, BODIES, IPV6].flatMap((set) => Object.values(set))]
const DESCRIPTIONS = CORPUS.map((text) => text.slice(text.indexOf('\r\n\r\n') + 4)).filter((body) =>
  body.startsWith('v='),
)

/** No single datagram may cost more; the largest that UDP carries cost a few. Measured three times, the least counts. */
const MOST_MS = 50
const ROUND = 300
/** What is left behind by a run of any length. */
export const MOST_GROWTH_MB = 10

export interface FuzzResult {
  readonly messages: number
  readonly rounds: number
  readonly talked: number
  /** The slowest single message, ms. */
  readonly slowestMs: number
  /** Heap after garbage collection, from one tenth of the time to its end, MB. */
  readonly grownMb: number
}

/** How long: of either. */
export type FuzzLength = { readonly seconds: number } | { readonly messages: number }

/** Throws with seed and text at the first that throws, takes too long, or leaves something behind. */
export function fuzz(seed: number, length: FuzzLength): FuzzResult {
  const began = performance.now()
  let [messages, rounds, talked, slowestMs] = [0, 0, 0, 0]
  /** The share of it still to come. */
  const left = () =>
    1 - ('seconds' in length ? (performance.now() - began) / 1000 / length.seconds : messages / length.messages)
  let heapBefore: number | undefined
  for (let turn = 0; left() > 0; turn++) {
    const turnSeed = (seed + Math.imul(turn, 0x9e3779b1)) >>> 0
    const rng = seededRng(turnSeed)
    for (let count = 0; count < 2000; count++) {
      const isSdp = count % 4 === 0
      const text = mutate(rng, isSdp ? DESCRIPTIONS : CORPUS)
      const read = () => (isSdp ? readSdp(text) : readDatagram(text, seededRng(turnSeed)))
      const where = () => `seed ${turnSeed}, message ${count}: ${JSON.stringify(text.slice(0, 2000))}`
      const took = leastTime(read, where)
      if (took > MOST_MS) throw new Error(`${took.toFixed(1)} ms for ${where()}`)
      slowestMs = Math.max(slowestMs, took)
      messages++
    }
    try {
      if (playRound(turnSeed, ROUND, MESSAGES).talked) talked++
    } catch (error) {
      throw new Error(`seed ${turnSeed}, round: ${(error as Error).message}`, { cause: error })
    }
    rounds++
    if (left() < 0.9) heapBefore ??= heapMb()
  }
  return { messages, rounds, talked, slowestMs, grownMb: heapMb() - (heapBefore ?? 0) }
}

/** Once when that is quick; else the least of three, for a busy machine makes anything slow once. */
function leastTime(act: () => void, where: () => string): number {
  let least = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < 3 && least > MOST_MS / 5; tries++) {
    const start = performance.now()
    try {
      act()
    } catch (error) {
      throw new Error(`${(error as Error).message}; ${where()}`, { cause: error })
    }
    least = Math.min(least, performance.now() - start)
  }
  return least
}

const heapMb = (): number => usedHeap() / 1e6

if (import.meta.main) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { seconds: text, messages: text, seed: text } })
  const seed = Number(values.seed ?? Date.now() % 2 ** 31)
  console.log(`seed ${seed}`)
  const { messages, seconds = 60 } = values
  const result = fuzz(seed, messages === undefined ? { seconds: Number(seconds) } : { messages: Number(messages) })
  console.log(result)
  if (result.grownMb > MOST_GROWTH_MB) {
    console.error(`the heap has grown by more than ${MOST_GROWTH_MB} MB`)
    process.exitCode = 1
  }
}
