// How long one message takes: `node firmware/sip/message/parse.bench.ts`. Medians of rounds, µs.
import { parseSdp } from '../../sdp/parse.ts'
import { contacts, recordRoutes } from './headers.ts'
import type { SipMessage } from './message.ts'
import { parseMessage } from './parse.ts'
import { printRequest } from './print.ts'
import { INVITE, OK_200, REGISTER } from './samples.ts'

const ROUNDS = 41
const COUNT = 20_000

/** As the network hands it over: each datagram a fresh flat string. */
const datagrams = (text: string): (() => string) => {
  const bytes = Buffer.from(text, 'latin1')
  const pool = Array.from({ length: 64 }, () => bytes.toString('latin1'))
  let next = 0
  return () => pool[next++ & 63]!
}

function median(name: string, work: () => unknown): void {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    for (let i = 0; i < COUNT; i++) work()
    times.push(((performance.now() - start) * 1000) / COUNT)
  }
  times.sort((a, b) => a - b)
  const at = (q: number) => times[Math.floor(q * (ROUNDS - 1))]!.toFixed(2)
  process.stdout.write(`${name.padEnd(44)} median ${at(0.5)}  best ${at(0)}  p90 ${at(0.9)} µs\n`)
}

const parsed = (text: string): SipMessage => {
  const result = parseMessage(text)
  if (!result.ok) throw new Error(result.error.what)
  return result.value
}

for (const [name, text] of Object.entries({ INVITE, REGISTER, OK_200 })) {
  const next = datagrams(text)
  median(`parse ${name} (${text.length} B)`, () => parsed(next()))
}
const next = datagrams(INVITE)
median('parse INVITE, Contact and Record-Route', () => {
  const m = parsed(next())
  return [contacts(m), recordRoutes(m)]
})
median('parse INVITE and its SDP', () => parseSdp(parsed(next()).body))
const invite = parsed(INVITE)
if (invite.kind === 'request') {
  const { method, uriText: uri, fields, body } = invite
  const headers = fields.filter(({ name }) => name !== 'Content-Length')
  median('print INVITE', () => printRequest({ method, uri, headers, body }))
}
