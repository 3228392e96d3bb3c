// Ours without user agent and media: hub, SIP engine and UDP adapter answering calls (180, then 200). Run: node signalling.ts PORT
import { openUdp } from '../../../net/udp.ts'
import { createClock } from '../../../runtime/clock.ts'
import { createHub } from '../../../runtime/hub.ts'
import { sipConfig } from '../../../runtime/settings.ts'
import { systemRng } from '../../../runtime/system-rng.ts'
import type { SipInput } from '../../../sip/core/contract.ts'
import { createSipEngine } from '../../../sip/core/engine.ts'
import { ANSWER } from './answer.ts'

const transport = 'udp'
const hub = createHub(createClock(), console.error)
const fromNet = hub.inlet<SipInput>({ name: 'sip', rank: 'sip', capacity: 4096 }, (input) => toSip(input))
const udp = openUdp({
  address: '127.0.0.1',
  port: Number(process.argv[2]),
  onDatagrams: (batch) => {
    for (const { data, from } of batch) fromNet({ kind: 'datagram', transport, from, data })
  },
  onUnreachable: () => {},
  onError: (code) => console.error(code),
})
const limits = { sessions: 10_000, transactions: 1_000_000 }
const toSip = hub.attach('sip', createSipEngine({ ...sipConfig('bench'), limits }, systemRng()), (output) => {
  if (output.kind === 'send') udp.send(output.to, output.data)
  if (output.kind !== 'session-incoming') return
  const { id } = output
  toSip({ kind: 'respond', id, status: 180, reason: undefined, sdp: undefined, headers: [] })
  toSip({ kind: 'respond', id, status: 200, reason: undefined, sdp: ANSWER, headers: [] })
})
toSip({ kind: 'transport-up', transport, protocol: 'UDP', local: udp.local })
console.log('ready')
