// The phone's SIP stack and media engine as a process of its own, to be run where addresses come and go: calls TARGET as soon as it
// stands, hears a tone of its own, and says every event of the user agent as a line of JSON, `stats` of its call twice a second.
// roaming-phone.ts PORT TARGET
import { createMediaEngine } from '../../../native/lib/media.ts'
import { readDesired } from '../../../provisioning/schema/desired.ts'
import { plainFormats } from '../../../provisioning/schema/formats.ts'
import type { MediaEvent } from '../../media/contract.ts'
import { accountOf } from '../../runtime/agent.ts'
import { createClock } from '../../runtime/clock.ts'
import { createHub } from '../../runtime/hub.ts'
import { createStack } from '../../runtime/stack.ts'

const [port = '5060', target = ''] = process.argv.slice(2)
const config = { accounts: [{ id: 'main', aor: 'sip:alice@home.example' }], network: { sipPort: Number(port) } }
const read = readDesired(JSON.stringify({ contract: 1, version: 1, config }), plainFormats)
if (!read.ok) throw new Error(JSON.stringify(read.error))

const say = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`)
const hub = createHub(createClock(), say)
const fromMedia = hub.inlet<MediaEvent>({ name: 'media', rank: 'media', capacity: 512 }, (event) => stack.media(event))
const media = createMediaEngine((events) => events.forEach(fromMedia))
let calling = false
const stack = createStack(hub, 'test', {
  media: (command) => media.command(command),
  log: say,
  ua(event) {
    say(event)
    if (event.kind === 'call-media' && event.media.port !== undefined)
      media.command({ kind: 'connect', from: 'tone', to: event.media.port })
  },
  up() {
    if (calling) return
    calling = true
    stack.command({ kind: 'set-account', account: 'main', config: accountOf('sip:alice@home.example', undefined) })
    // The first sockets for media are being bound.
    setTimeout(() => stack.command({ kind: 'make-call', call: 'c', account: 'main', target, headers: [] }), 300)
    setInterval(() => stack.command({ kind: 'query-call', call: 'c', ref: 0 }), 500)
  },
  down: (reason) => say({ kind: 'down', reason }),
})
const step = { frequencies: [1000], ms: 0, levelDb: -10 }
media.command({ kind: 'open-tone', port: 'tone', tone: { steps: [step], repeat: 0 } })
stack.use(read.value.config)
process.stdin.resume().on('end', async () => {
  await stack.stop()
  await media.close()
  process.exit(0)
})
