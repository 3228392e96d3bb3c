// Calls that ask for something, as they come on the wire: to be answered by themselves, or to ring otherwise than others.
import { describe, expect, test } from 'vitest'
import { ringTone } from '../media/rings.ts'
import { tonePlan } from '../media/tones.ts'
import { SETTINGS } from '../testing/desk.ts'
import { Street, settingsOf } from '../testing/street.ts'
import { sdp } from '../testing/ua-script.ts'

const PBX = '10.0.0.9'
const ALICE = '10.0.0.1'

/** An exchange calls Alice's phone, which trusts it, or not; what the phone says to that. */
function calls(headers: readonly string[], autoAnswer: 'never' | 'trusted' | 'anyone', trusted: boolean, dnd = false) {
  const place = new Street()
  const settings = settingsOf(`sip:alice@${ALICE}`)
  const [line] = settings.accounts
  const rings = { ring: 'march', internal: 'chime', external: undefined, priority: 'low' } as const
  const desk = place.desk(
    ALICE,
    { ...settings, rings, accounts: [{ ...line!, config: { ...line!.config, autoAnswer } }] },
    { supported: ['answermode'], strangers: { policy: 'accept', trusted: trusted ? [PBX] : [] } },
  )
  desk.chooses({ dnd })
  const said: string[] = []
  const local = place.peer(PBX, ({ data }) => said.push(data))
  const body = sdp({ address: PBX })
  const lines = [
    `INVITE sip:alice@${ALICE} SIP/2.0`,
    `Via: SIP/2.0/UDP ${PBX};branch=z9hG4bK1`,
    ...[
      'Max-Forwards: 70',
      `From: "Bob" <sip:bob@${PBX}>;tag=1`,
      `To: <sip:alice@${ALICE}>`,
      'Call-ID: 1',
      'CSeq: 1 INVITE',
    ],
    ...headers,
    ...[`Contact: <sip:bob@${PBX}>`, 'Content-Type: application/sdp', `Content-Length: ${body.length}`, '', body],
  ]
  place.network.send({ from: local, to: { address: ALICE, port: 5060 }, data: lines.join('\r\n') }, place.now)
  place.run(200)
  const statuses = () => [...new Set(said.map((data) => Number(data.slice(8, 11))))]
  return { place, desk, said, statuses }
}

describe('to be answered by itself', () => {
  test.each([
    ['Answer-Mode: Auto'],
    ['Call-Info: <sip:pbx>;answer-after=0'],
    ['Alert-Info: <http://pbx>;info=alert-autoanswer;delay=0'],
    ['Alert-Info: Auto Answer'],
  ])('%s: of a trusted peer, with a tone that says so, and told to its caller', (header) => {
    const { desk, place, said, statuses } = calls([header], 'trusted', true)
    expect([desk.shows(), statuses(), desk.hears()]).toEqual([
      'in-call with Bob',
      [180, 200],
      'call:in:1 and confirmation',
    ])
    expect(said.find((data) => data.startsWith('SIP/2.0 200'))).toContain('\r\nAnswer-Mode: Auto\r\n')
    expect(desk.media.commands.some((c) => c.kind === 'open-tone' && c.port === 'tone:ring')).toBe(false)
    place.run(1000)
    expect([desk.hears(), desk.speaksTo()]).toEqual(['call:in:1', 'call:in:1'])
  })

  test.each([
    ['of a stranger', 'trusted', false, 'call from Bob'],
    ['where nobody may', 'never', true, 'call from Bob'],
    ['of a stranger where anybody may', 'anyone', false, 'in-call with Bob'],
  ] as const)('%s', (_name, allowed, trusted, shows) => {
    expect(calls(['Call-Info: <sip:pbx>;answer-after=0'], allowed, trusted).desk.shows()).toBe(shows)
  })

  test('not when nobody wants to be disturbed', () => {
    const { desk, statuses } = calls(['Call-Info: <sip:pbx>;answer-after=0'], 'anyone', true, true)
    expect([desk.shows(), statuses()]).toEqual(['idle', [486]])
  })

  test('after some seconds: it rings so long', () => {
    const { desk, place } = calls(['Call-Info: <sip:pbx>;answer-after=2'], 'trusted', true)
    expect([desk.shows(), desk.hears()]).toEqual(['call from Bob', 'ring'])
    place.run(2000)
    expect(desk.shows()).toBe('in-call with Bob')
  })

  test('what requires that it is understood is taken; who insists and may not is refused', () => {
    const asks = ['Require: answermode', 'Answer-Mode: Auto;require']
    expect(calls(asks, 'trusted', true).statuses()).toEqual([180, 200])
    expect(calls(asks, 'trusted', false).statuses()).toEqual([403])
  })
})

describe('to ring otherwise', () => {
  const plan = tonePlan(SETTINGS.country)
  test.each([
    ['Alert-Info: <urn:alert:source:internal>', ringTone('chime', plan)],
    ['Alert-Info: <http://pbx>;info=alert-external', ringTone('march', plan)],
    ['Alert-Info: <urn:alert:priority:high>', ringTone('low', plan)],
    ['Alert-Info: <http://127.0.0.1/Bellcore-dr3>', ringTone('dr3', plan)],
    ['Alert-Info: <http://127.0.0.1/Bellcore-dr1>', ringTone('march', plan)],
    ['Alert-Info: <http://pbx/a.wav>\r\nAlert-Info: <urn:alert:priority:high>', ringTone('low', plan)],
  ])('%s', (header, tone) => {
    const { desk } = calls([header], 'never', false)
    expect(desk.shows()).toBe('call from Bob')
    expect(desk.media.commands.findLast((c) => c.kind === 'open-tone')?.tone).toEqual(tone)
  })

  test('a pattern of ringing is the country’s bell, in whole periods of so many ms', () => {
    const { steps } = ringTone('dr2', plan)
    expect(steps.map(({ ms }) => ms)).toEqual([800, 400, 800, 4000])
    expect(steps.map(({ frequencies }) => frequencies)).toEqual([
      plan.ring.steps[0]?.frequencies,
      [],
      plan.ring.steps[0]?.frequencies,
      [],
    ])
  })
})
