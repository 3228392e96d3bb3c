// What rings for whom, and clicks of keys.
import { describe, expect, test } from 'vitest'
import { PHONE_CONFIG } from '../../provisioning/schema/phone-config.ts'
import { RING_NAMES, type RingName, ringTone } from '../media/rings.ts'
import { tonePlan } from '../media/tones.ts'
import { createDesk, SETTINGS } from '../testing/desk.ts'
import { caller, registered } from '../testing/played-engine.ts'
import { invite, sdp } from '../testing/ua-script.ts'
import { alertOf } from './alert.ts'

const { ring } = PHONE_CONFIG.properties.tones.properties

test('every ring has a name in the configuration, is within what the engine plays, and leaves a rest', () => {
  expect(ring.enum).toEqual(RING_NAMES)
  for (const name of RING_NAMES) {
    const { steps, repeat } = ringTone(name, tonePlan('de'))
    expect([repeat, steps.length > 0 && steps.length <= 64]).toEqual([0, true])
    expect(steps.findLast(({ frequencies }) => frequencies.length === 0)?.ms).toBeGreaterThanOrEqual(2000)
    for (const { frequencies } of steps) for (const hz of frequencies) expect(hz > 300 && hz < 3400).toBe(true)
  }
})

test.each([
  [undefined, undefined],
  ['', undefined],
  ['<http://pbx.example.com/ring.wav>', undefined],
  ['<urn:alert:source:external>', 'external'],
  ['<urn:alert:source:internal:company>;x=y', 'internal'],
  ['<urn:alert:source:internalised>', undefined],
  ['<urn:alert:service:call-waiting>, <urn:alert:priority:high>', 'priority'],
  ['<http://127.0.0.1>;info=alert-internal', 'internal'],
  ['<http://127.0.0.1>; INFO = "alert-external"; x-line-id=0', 'external'],
  ['info=alert-emergency;delay=0', 'priority'],
  ['<http://127.0.0.1/Bellcore-dr2>', 'dr2'],
  ['Bellcore-dr3', 'dr3'],
  ['<Bellcore-dr6>', undefined],
  ['<http://127.0.0.1/Bellcore-dr4>;info=alert-internal', 'internal'],
  [';info=alert-emergency;delay=0', 'priority'],
  ['<http://127.0.0.1>;info=constructor', undefined],
] as const)('Alert-Info %s says %s', (value, wanted) => {
  expect(alertOf(value)).toBe(wanted)
})

describe('a call', () => {
  const rings = (own: RingName, alertInfo?: string) => {
    const set = { ring: own, internal: 'chime', external: undefined, priority: 'low' } as const
    const desk = createDesk({ settings: { ...SETTINGS, rings: set } })
    registered(desk)
    const request = invite(undefined, undefined, alertInfo === undefined ? [] : [`Alert-Info: ${alertInfo}`])
    desk.sip({ kind: 'session-incoming', id: 'in:1', request, sdp: sdp() })
    expect([desk.hears(), desk.media.faults]).toEqual(['ring', []])
    return desk.media.commands.findLast((c) => c.kind === 'open-tone')?.tone
  }
  const plan = tonePlan(SETTINGS.country)

  test('rings as set, and otherwise where its Alert-Info says so', () => {
    expect(rings('country')).toEqual(plan.ring)
    expect(rings('march')).toEqual(ringTone('march', plan))
    expect(rings('march', '<urn:alert:source:internal>')).toEqual(ringTone('chime', plan))
    expect(rings('march', '<urn:alert:source:external>')).toEqual(ringTone('march', plan))
    expect(rings('march', '<urn:alert:priority:high>')).toEqual(ringTone('low', plan))
  })
})

describe('key clicks', () => {
  const clicks = (keyClicks: boolean) => {
    const desk = createDesk({ settings: { ...SETTINGS, keyClicks } })
    registered(desk)
    return { desk, count: () => desk.media.commands.filter((c) => 'port' in c && c.port === 'tone:click').length }
  }

  test('are heard while a number is entered, one after the other, and leave nothing behind', () => {
    const { desk } = clicks(true)
    desk.lift()
    desk.press('12')
    expect([desk.hears(), desk.media.faults]).toEqual(['click', []])
    desk.world({ kind: 'port-ended', port: 'tone:click' })
    expect([desk.hears(), desk.media.ports.has('tone:click')]).toEqual(['nothing', false])
    desk.press('3')
    expect([desk.hears(), desk.media.faults]).toEqual(['click', []])
  })

  test('are not heard in a call, while it rings, or when not wanted', () => {
    const { desk, count } = clicks(true)
    const far = caller(desk)
    desk.press('1')
    expect(count()).toBe(0)
    desk.lift()
    far.acknowledges()
    desk.press('1')
    expect(count()).toBe(0)
    const quiet = clicks(false)
    quiet.desk.press('1')
    expect(quiet.count()).toBe(0)
  })
})
