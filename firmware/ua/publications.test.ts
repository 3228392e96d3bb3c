// Publications through the user agent and the real engine, in virtual time, against a scripted server.
import { expect, test } from 'vitest'
import { seededRng } from '../base/rng.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { ScriptedPeer } from '../testing/scripted-peer.ts'
import { Stage } from '../testing/stage.ts'
import { ALICE, UA_CONFIG } from '../testing/ua-script.ts'
import type { UaCommand, UaEvent, UaInput, UaOutput } from './contract.ts'
import { createUserAgent } from './user-agent.ts'

const PIDF = 'application/pidf+xml'
const AS_ASKED: Extract<UaCommand, { kind: 'publish' }> = {
  ...{ kind: 'publish', publication: 'here', account: 'a', event: 'presence' },
  ...{ expires: 600, headers: [], body: { contentType: PIDF, content: 'open' } },
}
const HEARD: readonly SipEvent['kind'][] = ['publication-state', 'rejected']

function setOut(status = 200) {
  const stage = new Stage()
  const phone = stage.phone('alice', '10.0.0.1', { packages: { presence: PIDF } })
  const ua = createUserAgent(UA_CONFIG, seededRng(1))
  const heard: UaEvent[] = []
  const feed = (input: UaInput) => {
    const out: UaOutput[] = []
    ua.handle(input, stage.now, out)
    for (const output of out) {
      if (output.to === 'app') heard.push(output.event)
      if (output.to === 'sip') phone.do(output.command)
    }
  }
  for (const kind of HEARD) phone.on(kind, (event) => feed({ from: 'sip', event }))
  const peer = new ScriptedPeer(stage, 'server', '10.0.0.5')
  peer.on('PUBLISH', (request, from) =>
    peer.reply(request, from, { status, headers: [`Expires: ${request.header('Expires')}`, 'SIP-ETag: x'] }),
  )
  const app = (command: UaCommand) => feed({ from: 'app', command })
  app({ kind: 'set-account', account: 'a', config: { ...ALICE, aor: 'sip:alice@10.0.0.5', registrar: undefined } })
  const states = () =>
    heard.flatMap((e) => (e.kind === 'publication-state' ? [`${e.state} ${e.status}${e.final ? ' final' : ''}`] : []))
  const refusals = () => heard.flatMap((e) => (e.kind === 'refused' ? [`${e.command} ${e.subject}: ${e.reason}`] : []))
  return { stage, app, peer, states, refusals }
}

test('to the account’s own address, until it is taken back; then the name is free', () => {
  const { stage, app, peer, states } = setOut()
  app(AS_ASKED)
  stage.run(1000)
  expect(peer.requests('PUBLISH')[0]).toMatchObject({ uriText: 'sip:alice@10.0.0.5', body: 'open' })
  app({ kind: 'unpublish', publication: 'here' })
  stage.run(2000)
  expect(states()).toEqual(['publishing 0', 'published 200', 'unpublishing 0', 'unpublished 200 final'])
  app({ ...AS_ASKED, event: 'presence;id=2' })
  stage.run(3000)
  expect(states().at(-1)).toBe('published 200')
})

test('an account that goes takes back what it has published', () => {
  const { stage, app, states } = setOut()
  app(AS_ASKED)
  stage.run(1000)
  app({ kind: 'remove-account', account: 'a' })
  stage.run(2000)
  expect(states().at(-1)).toBe('unpublished 200 final')
})

test('refused for good is final, refused for now is not', () => {
  const forGood = setOut(489)
  forGood.app(AS_ASKED)
  forGood.stage.run(1000)
  expect(forGood.states().at(-1)).toBe('unpublished 489 final')
  const forNow = setOut(503)
  forNow.app(AS_ASKED)
  forNow.stage.run(1000)
  expect(forNow.states().at(-1)).toBe('unpublished 503')
})

test.each<[Partial<typeof AS_ASKED>, string]>([
  [{ publication: '' }, 'publish : not a name for a publication'],
  [{ publication: 'in:1' }, 'publish in:1: not a name for a publication'],
  [{ account: 'b' }, 'publish here: unknown account'],
  [{ event: 'weather' }, 'publish here: no such event package'],
  [{ headers: [{ name: 'a b', value: '' }] }, 'publish here: not a header field: "a b"'],
])('refused: %j', (more, refusal) => {
  const { app, refusals, states } = setOut()
  app({ ...AS_ASKED, ...more })
  expect(refusals()).toEqual([refusal])
  expect(states()).toEqual([])
})

test('a name cannot be given to something else, nor taken back when it is nobody’s', () => {
  const { app, refusals } = setOut()
  app(AS_ASKED)
  app({ ...AS_ASKED, event: 'presence;id=2' })
  app({ kind: 'unpublish', publication: 'there' })
  expect(refusals()).toEqual(['publish here: name in use', 'unpublish there: unknown publication'])
})
