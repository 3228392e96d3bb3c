// Registers, calls somebody, plays a WAV file and hangs up: node firmware/examples/hello.ts DOMAIN USER PASSWORD NUMBER FILE.wav
import { Secret } from '../base/secret.ts'
import { localAddressFor } from '../net/local-address.ts'
import { accountOf, startAgent } from '../runtime/agent.ts'

const [domain = '', user = '', password = '', target = '', file = ''] = process.argv.slice(2)
const address = await localAddressFor({ host: domain.split(':')[0]!, port: Number(domain.split(':')[1]) || undefined })
if (!address.ok) throw new Error(address.error)
const call = 'hello'
const agent = startAgent(
  { address: address.value },
  {
    ua(event) {
      if (event.kind === 'account-state' && event.registration === 'registered')
        agent.ua({ kind: 'make-call', call, account: 'me', target, headers: [] })
      if (event.kind === 'call-state') console.log(event.state, event.reason)
      if (event.kind === 'call-state' && event.state === 'disconnected') void agent.stop()
      if (event.kind !== 'call-media' || event.media.status !== 'active' || !event.media.port) return
      agent.media({ kind: 'open-player', port: 'voice', file, loops: 1, pauseMs: 0 })
      agent.media({ kind: 'connect', from: 'voice', to: event.media.port })
    },
    media(event) {
      if (event.kind === 'port-ended') agent.ua({ kind: 'hang-up', call, status: undefined, reason: undefined })
    },
  },
)
const config = accountOf(`sip:${user}@${domain}`, new Secret(password))
agent.ua({ kind: 'set-account', account: 'me', config })
