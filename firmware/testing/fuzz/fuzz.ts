// Hostile text, for a given time: through all readers, and through two whole phones in a call. What is found can be had
// again by its seed. Run as a program: `node fuzz.ts [--seconds 60] [--seed N]`.

import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { seededRng } from '../../base/rng.ts'
import { INVITE, OK_200, REGISTER } from '../../sip/message/samples.ts'
import { VALID } from '../../sip/message/torture-messages.ts'
import { DOUBTFUL, REFUSED } from '../../sip/message/torture-refused.ts'
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
const MESSAGES = [INVITE, REGISTER, OK_200, CHALLENGE, CREDENTIALS]
const CORPUS = [...MESSAGES, ...[VALID, REFUSED, DOUBTFUL].flatMap((set) => Object.values(set))]
const DESCRIPTIONS = CORPUS.map((text) => text.slice(text.indexOf('\r\n\r\n') + 4)).filter((body) =>
  body.startsWith('v='),
)

/** No single datagram may cost more; the largest that UDP carries cost a few. Measured three times, the least counts. */
const MOST_MS = 50
const ROUND = 300

export interface FuzzResult {
  readonly messages: number
  readonly rounds: number
  readonly talked: number
  /** The slowest single message, ms. */
  readonly slowestMs: number
  /** Heap after garbage collection, from one tenth of the time to its end, MB. */
  readonly grownMb: number
}

/** Throws with seed and text at the first that throws, takes too long, or leaves something behind. */
export function fuzz(seed: number, seconds: number): FuzzResult {
  const began = performance.now()
  const left = () => 1 - (performance.now() - began) / 1000 / seconds
  let [messages, rounds, talked, slowestMs] = [0, 0, 0, 0]
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

function heapMb(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed / 1e6
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } })
  const seed = Number(values.seed ?? Date.now() % 2 ** 31)
  console.log(`seed ${seed}`)
  console.log(fuzz(seed, Number(values.seconds ?? 60)))
}
