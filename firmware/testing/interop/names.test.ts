// Calls by name through a real name server, from the console: the first server is not there, the second is a phone of ours.
import { afterAll, beforeAll, test } from 'vitest'
import { type ConsoleProcess, startConsole } from '../console.ts'
import { type NameServer, startNameServer } from './name-server.ts'
import { freePort } from './ports.ts'

let port: number
let names: NameServer
let alice: ConsoleProcess
let bob: ConsoleProcess

beforeAll(async () => {
  port = await freePort()
  names = await startNameServer(
    'phones.example',
    `_sip._udp.phones.example SRV 10 0 ${port} gone.phones.example
     _sip._udp.phones.example SRV 20 0 ${port} bob.phones.example
     gone.phones.example      A 127.0.0.2
     bob.phones.example       A 127.0.0.3`,
  )
  ;[alice, bob] = [startConsole(), startConsole()]
  await alice.do({ do: 'start', address: '127.0.0.1', dns: [names.address], device: { kind: 'null' } })
  await bob.do({ do: 'start', address: '127.0.0.3', port, autoAnswer: 200, device: { kind: 'null' } })
  await alice.do({ do: 'account', account: 'alice', aor: 'sip:alice@phones.example' })
  await bob.do({ do: 'account', account: 'bob', aor: 'sip:bob@phones.example' })
}, 20_000)
afterAll(async () => {
  await Promise.all([alice?.end(), bob?.end()])
  await names?.stop()
})

test('the call goes to the server that is there, and says where it was in vain', async () => {
  const from = alice.lines.length
  await alice.do({ do: 'call', account: 'alice', to: 'bob', call: 'first' })
  const tries = [{ server: `UDP 127.0.0.2:${port}`, what: 'unreachable' }]
  await alice.heard({ event: 'session-state', call: 'first', state: 'CONNECTING', tries }, from)
  await alice.heard({ event: 'call-state', call: 'first', state: 'confirmed' }, from)
  await alice.do({ do: 'hangup', call: 'first' })
  await alice.heard({ event: 'call-state', call: 'first', state: 'disconnected' }, from)
})

test('a name without servers: which record is missing', async () => {
  const from = alice.lines.length
  await alice.do({ do: 'call', account: 'alice', to: 'sip:bob@nowhere.phones.example', call: 'second' })
  await alice.heard(
    {
      ...{ event: 'call-state', call: 'second', state: 'disconnected', status: 503, cause: 'resolution' },
      reason: 'Service Unavailable: no A record for nowhere.phones.example: no such name',
    },
    from,
  )
})
