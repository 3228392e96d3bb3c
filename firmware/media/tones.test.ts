import { describe, expect, test } from 'vitest'
import type { Tone } from './contract.ts'
import { TONE_COUNTRIES, TONE_NAMES, tonePlan } from './tones.ts'

const show = (t: Tone) =>
  (t.repeat === 0 ? '' : `${t.repeat}x `) +
  t.steps.map((s) => (s.frequencies.join('+') || '0') + (s.ms === 0 ? '' : `/${s.ms}`)).join(' ')

// E.180 supplement 2, the four tones everybody hears.
const E180: Record<string, [dial: string, ringback: string, busy: string, congestion: string]> = {
  at: ['420', '420/1000 0/5000', '420/400 0/400', '420/200 0/200'],
  ch: ['425', '425/1000 0/4000', '425/500 0/500', '425/200 0/200'],
  de: ['425', '425/1000 0/4000', '425/480 0/480', '425/240 0/240'],
  es: ['425', '425/1500 0/3000', '425/200 0/200', '425/200 0/200 425/200 0/200 425/200 0/600'],
  fr: ['440', '440/1500 0/3500', '440/500 0/500', '440/250 0/250'],
  gb: ['350+450', '400+450/400 0/200 400+450/400 0/2000', '400/375 0/375', '400/400 0/350 400/225 0/525'],
  it: ['425/200 0/200 425/600 0/1000', '425/1000 0/4000', '425/500 0/500', '425/200 0/200'],
  nl: ['425', '425/1000 0/4000', '425/500 0/500', '425/250 0/250'],
  se: ['425', '425/1000 0/5000', '425/250 0/250', '425/250 0/750'],
  us: ['350+440', '440+480/2000 0/4000', '480+620/500 0/500', '480+620/250 0/250'],
}

describe('tones by country', () => {
  test('every country of the plan is checked here', () => {
    expect([...TONE_COUNTRIES].sort()).toEqual(Object.keys(E180))
  })
  test.each(Object.entries(E180))('%s sounds as E.180 says', (country, wanted) => {
    const plan = tonePlan(country)
    expect([plan.dial, plan.ringback, plan.busy, plan.congestion].map(show)).toEqual(wanted)
  })
  test('upper case is the same country; an unknown one gets 3GPP TS 22.001', () => {
    expect(tonePlan('DE')).toEqual(tonePlan('de'))
    expect(show(tonePlan('zz').dial)).toBe('425')
    expect(show(tonePlan('constructor').congestion)).toBe('425/200 0/200')
  })
  test.each([...TONE_COUNTRIES, 'zz'])('%s: every tone is within what the engine plays', (country) => {
    const plan = tonePlan(country)
    for (const name of TONE_NAMES) {
      const { steps } = plan[name]
      expect(steps.length).toBeGreaterThan(0)
      for (const [at, step] of steps.entries()) {
        expect(step.frequencies.length).toBeLessThanOrEqual(4)
        for (const hertz of step.frequencies) expect(hertz).toBeGreaterThanOrEqual(300)
        for (const hertz of step.frequencies) expect(hertz).toBeLessThanOrEqual(3400)
        expect(step.levelDb).toBeLessThanOrEqual(0)
        // Only the last step may sound for ever.
        if (at < steps.length - 1) expect(step.ms).toBeGreaterThan(0)
      }
    }
  })
  test('the bell beats like the ringback', () => {
    expect(show(tonePlan('gb').ring)).toBe('740+932/400 0/200 740+932/400 0/2000')
  })
  test('stutter ends in the plain dial tone and howler beats for ever', () => {
    expect(show(tonePlan('us').stutter)).toMatch(/^(350\+440\/100 0\/100 ){10}350\+440$/)
    expect(show(tonePlan('us').howler)).toBe('1400+2060+2450+2600/100 0/100')
    expect(show(tonePlan('us').confirmation)).toBe('3x 350+440/100 0/100')
  })
})
