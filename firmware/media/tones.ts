// Supervisory tones by country: ITU-T E.180 supplement 2; where a country names none, 3GPP TS 22.001 annex F (425 Hz).
import type { Tone, ToneStep } from './contract.ts'

export const TONE_NAMES = [
  'dial',
  'stutter',
  'ringback',
  'busy',
  'congestion',
  'call-waiting',
  'confirmation',
  'howler',
  'ring',
] as const
/**
 * `stutter` is the special dial tone (messages wait, a diversion is set); `howler` asks to replace the handset;
 * `ring` is what the phone itself sounds, in the cadence of the country's bell.
 */
export type ToneName = (typeof TONE_NAMES)[number]
export type TonePlan = Readonly<Record<ToneName, Tone>>

/** Sum at the ear stays near −13 dBm0 however many frequencies sound. */
const LEVEL_DB = [-13, -16, -18, -19] as const
const RING_LEVEL_DB = -6
const HOWLER_LEVEL_DB = -6

/** A tone in words: `425` sounds for ever; `425/200 0/200` in steps; `350+440`; `3x 350+440/100 0/100` a fixed number of times. */
export function tone(text: string, levelDb?: number): Tone {
  const counted = /^(\d+)x (.*)$/.exec(text)
  const steps = (counted?.[2] ?? text).split(' ').map((part): ToneStep => {
    const [names = '', length = '0'] = part.split('/')
    const frequencies = names === '0' ? [] : names.split('+').map(Number)
    return {
      frequencies,
      ms: Number(length),
      levelDb: levelDb ?? LEVEL_DB[Math.min(frequencies.length, LEVEL_DB.length) - 1] ?? 0,
    }
  })
  return { steps, repeat: Number(counted?.[1] ?? 0) }
}

interface Country {
  readonly dial: string
  readonly stutter: string
  readonly ringback: string
  readonly busy: string
  readonly congestion: string
  readonly waiting: string
  readonly confirmation?: string
}

const STUTTER_425 = `${'425/400 0/40 '.repeat(10)}425`
const CONFIRMATION_425 = '1x 425/200'
const HOWLER = '1400+2060+2450+2600/100 0/100'

const INTERNATIONAL: Country = {
  dial: '425',
  stutter: STUTTER_425,
  ringback: '425/1000 0/4000',
  busy: '425/500 0/500',
  congestion: '425/200 0/200',
  waiting: '425/200 0/600 425/200 0/3000',
}

const COUNTRIES: Readonly<Record<string, Country>> = {
  at: {
    dial: '420',
    stutter: '380+420',
    ringback: '420/1000 0/5000',
    busy: '420/400 0/400',
    congestion: '420/200 0/200',
    waiting: '420/40 0/1960',
  },
  ch: { ...INTERNATIONAL, stutter: '425/1100 340/1100', waiting: '425/200 0/200 425/200 0/4000' },
  de: {
    dial: '425',
    stutter: '400+425',
    ringback: '425/1000 0/4000',
    busy: '425/480 0/480',
    congestion: '425/240 0/240',
    waiting: '425/200 0/200 425/200 0/5000',
  },
  es: {
    dial: '425',
    stutter: '425/1000 0/100',
    ringback: '425/1500 0/3000',
    busy: '425/200 0/200',
    congestion: '425/200 0/200 425/200 0/200 425/200 0/600',
    waiting: '425/175 0/175 425/175 0/3500',
  },
  fr: {
    dial: '440',
    stutter: '330+440',
    ringback: '440/1500 0/3500',
    busy: '440/500 0/500',
    congestion: '440/250 0/250',
    waiting: '440/300 0/10000',
  },
  gb: {
    dial: '350+450',
    stutter: '350+450/750 440/750',
    ringback: '400+450/400 0/200 400+450/400 0/2000',
    busy: '400/375 0/375',
    congestion: '400/400 0/350 400/225 0/525',
    waiting: '400/100 0/4000',
    confirmation: '1x 1400/500',
  },
  it: {
    dial: '425/200 0/200 425/600 0/1000',
    stutter: '470/400 425/400',
    ringback: '425/1000 0/4000',
    busy: '425/500 0/500',
    congestion: '425/200 0/200',
    waiting: '425/400 0/100 425/250 0/100 425/150 0/14000',
  },
  nl: { ...INTERNATIONAL, stutter: '425/500 0/50', congestion: '425/250 0/250', waiting: '425/500 0/9500' },
  se: {
    dial: '425',
    stutter: '425/320 0/40',
    ringback: '425/1000 0/5000',
    busy: '425/250 0/250',
    congestion: '425/250 0/750',
    waiting: '425/200 0/500 425/200 0/9100',
  },
  us: {
    dial: '350+440',
    stutter: `${'350+440/100 0/100 '.repeat(10)}350+440`,
    ringback: '440+480/2000 0/4000',
    busy: '480+620/500 0/500',
    congestion: '480+620/250 0/250',
    waiting: '440/300 0/10000',
    confirmation: '3x 350+440/100 0/100',
  },
}

/** Countries with tones of their own, ISO 3166 in lower case. */
export const TONE_COUNTRIES: readonly string[] = Object.keys(COUNTRIES)

/** The plan of a country (ISO 3166, any case); an unknown one gets the 3GPP tones. */
export function tonePlan(country: string): TonePlan {
  const name = country.toLowerCase()
  const own = Object.hasOwn(COUNTRIES, name) ? COUNTRIES[name]! : INTERNATIONAL
  return {
    dial: tone(own.dial),
    stutter: tone(own.stutter),
    ringback: tone(own.ringback),
    busy: tone(own.busy),
    congestion: tone(own.congestion),
    'call-waiting': tone(own.waiting),
    confirmation: tone(own.confirmation ?? CONFIRMATION_425),
    howler: tone(HOWLER, HOWLER_LEVEL_DB),
    // The bell beats as the ringback of the country does, on a chord no network tone uses.
    ring: tone(own.ringback.replaceAll(/[1-9][\d+]*(?=\/)/g, '740+932'), RING_LEVEL_DB),
  }
}
