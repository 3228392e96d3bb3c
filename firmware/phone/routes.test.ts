// Handset, speaker, headset and ringer: which is in use by state and key, what is heard where, how loud, and without one of them.
import { describe, expect, test } from 'vitest'
import { createDesk, type Desk, SETTINGS } from '../testing/desk.ts'
import { called, caller, registered } from '../testing/played-engine.ts'
import type { HandsFree, PhoneSettings } from './contract.ts'

const DEVICE = { kind: 'null', rate: 16000 } as const
const ALL = { speaker: DEVICE, headset: DEVICE, ringer: DEVICE }
function desk(routes: PhoneSettings['routes'] = ALL, more: Partial<PhoneSettings> = {}): Desk {
  const phone = createDesk({ settings: { ...SETTINGS, ...more, ...(routes && { routes }) } })
  registered(phone)
  return phone
}
const key = (phone: Desk, route: HandsFree) => phone.does({ kind: 'route', route })
function talking(phone: Desk, by: () => void): Desk {
  const bob = caller(phone)
  by()
  bob.acknowledges()
  return phone
}
/** Which way is in use, and what the phone is at. */
const is = (phone: Desk) => `${phone.view().offHook ? phone.view().route : '-'}: ${phone.shows()}`
const db = (phone: Desk, port: string) => phone.media.gains.get(port)?.takeDb
const opened = (phone: Desk) => phone.media.commands.flatMap((c) => (c.kind === 'open-device' ? [c.port] : []))

describe('state × key', () => {
  const PHASES: Record<string, () => Desk> = {
    idle: () => desk(),
    number: () => {
      const phone = desk()
      phone.press('101')
      return phone
    },
    rings: () => {
      const phone = desk()
      caller(phone)
      return phone
    },
    'dial tone': () => {
      const phone = desk()
      key(phone, 'speaker')
      return phone
    },
    handset: () => {
      const phone = desk()
      return talking(phone, () => phone.lift())
    },
    speaker: () => {
      const phone = desk()
      return talking(phone, () => key(phone, 'speaker'))
    },
    headset: () => {
      const phone = desk()
      return talking(phone, () => key(phone, 'headset'))
    },
    'speaker, up': () => {
      const phone = PHASES.handset!()
      key(phone, 'speaker')
      return phone
    },
    'on hold': () => {
      const phone = PHASES.speaker!()
      phone.key('hold')
      return phone
    },
  }
  const KEYS: Record<string, (phone: Desk) => void> = {
    speaker: (phone) => key(phone, 'speaker'),
    headset: (phone) => key(phone, 'headset'),
    lift: (phone) => phone.lift(),
    down: (phone) => phone.putDown(),
    end: (phone) => phone.key('end'),
  }
  const TABLE = `
    phase       | speaker                | headset                | lift                   | down                   | end
    idle        | speaker: dialling      | headset: dialling      | handset: dialling      | -: idle                | -: idle
    number      | speaker: calling 101   | headset: calling 101   | handset: calling 101   | -: dialling 101        | -: idle
    rings       | speaker: in-call       | headset: in-call       | handset: in-call       | -: call from Bob       | -: idle
    dial tone   | -: idle                | headset: dialling      | handset: dialling      | speaker: dialling      | -: idle
    handset     | speaker: in-call       | headset: in-call       | handset: in-call       | -: ended: call ended   | handset: ended: call ended
    speaker     | -: ended: call ended   | headset: in-call       | handset: in-call       | speaker: in-call       | -: ended: call ended
    headset     | speaker: in-call       | -: ended: call ended   | handset: in-call       | headset: in-call       | -: ended: call ended
    speaker, up | handset: in-call       | headset: in-call       | speaker: in-call       | speaker: in-call       | speaker: ended: call ended
    on hold     | -: held                | headset: held          | handset: held          | speaker: held          | -: ended: call ended`
  const [head = [], ...rows] = TABLE.trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const cells = rows.flatMap(([phase = '', ...results]) =>
    results.map((result, n) => [phase, head[n + 1] ?? '', result] as const),
  )
  test.each(cells)('%s, %s → %s', (phase, pressed, result) => {
    const phone = PHASES[phase]!()
    KEYS[pressed]!(phone)
    expect(is(phone).replace(/ with Bob$/, '')).toBe(result)
    expect(phone.media.faults).toEqual([])
  })
})

describe('what is heard where', () => {
  test('a call by the speaker: dial tone, ringback, voices; nothing in the handset, one lamp', () => {
    const phone = desk()
    key(phone, 'speaker')
    expect([phone.hears('speaker'), phone.hears(), phone.lamp('speaker'), phone.lamp('headset')]).toEqual([
      ...['dial', 'nothing', 'on', 'off'],
    ])
    phone.press('101')
    phone.key('dial')
    called(phone).rings()
    expect(phone.hears('speaker')).toBe('ringback')
    called(phone).answers()
    expect([phone.hears('speaker'), phone.speaksTo('speaker'), phone.hears(), phone.speaksTo()]).toEqual([
      ...['call:out:1', 'call:out:1', 'nothing', 'nobody'],
    ])
    // The handset is lifted, and put down again with the speaker on.
    phone.lift()
    expect([phone.hears(), phone.speaksTo(), phone.hears('speaker'), phone.lamp('speaker')]).toEqual([
      ...['call:out:1', 'call:out:1', 'nothing', 'off'],
    ])
    key(phone, 'speaker')
    phone.putDown()
    expect([phone.hears('speaker'), phone.speaksTo('speaker'), phone.shows()]).toEqual([
      ...['call:out:1', 'call:out:1', 'in-call with 101'],
    ])
  })

  test('the other side hangs up: the tone is heard for three seconds, then the phone is at rest', () => {
    const phone = desk()
    const bob = caller(phone)
    key(phone, 'speaker')
    bob.acknowledges()
    bob.hangsUp()
    expect([is(phone), phone.hears('speaker')]).toEqual(['speaker: ended: other side hung up', 'busy'])
    phone.passes(3000)
    expect([is(phone), phone.hears('speaker'), phone.idle(), phone.lamp('speaker')]).toEqual([
      ...['-: idle', 'nothing', true, 'off'],
    ])
  })

  test('over while the handset was up beside it: putting that down ends it', () => {
    const phone = desk()
    const bob = caller(phone)
    phone.lift()
    bob.acknowledges()
    key(phone, 'speaker')
    bob.hangsUp()
    expect(phone.hears('speaker')).toBe('busy')
    phone.putDown()
    expect([is(phone), phone.hears('speaker'), phone.idle()]).toEqual(['-: idle', 'nothing', true])
  })

  test('a dial tone nobody uses ends; there is no howler without a handset beside the phone', () => {
    const phone = desk()
    key(phone, 'speaker')
    phone.passes(30_000)
    expect([is(phone), phone.hears('speaker'), phone.idle()]).toEqual(['-: idle', 'nothing', true])
  })

  test.each([
    ['ringer', ALL],
    ['speaker', { speaker: DEVICE }],
    ['handset', {}],
  ] as const)('the bell is the %s', (bell, routes) => {
    const phone = desk(routes)
    caller(phone)
    const silent = ['ringer', 'speaker', 'headset', 'handset'].filter((port) => port !== bell)
    expect([phone.hears(bell), ...silent.map(phone.hears)]).toEqual(['ring', 'nothing', 'nothing', 'nothing'])
    phone.lift()
    expect(phone.hears(bell)).toBe(bell === 'handset' ? 'call:in:1' : 'nothing')
  })

  test.each([
    ['answer', (phone: Desk): void => void caller(phone)],
    ['dial', (phone: Desk): void => phone.press('101')],
  ] as const)(
    '%s with the handset down is hands-free; without a speaker by the headset, else as ever',
    (intent, begins) => {
      const ways = [ALL, { headset: DEVICE }, { ringer: DEVICE }].map((routes) => {
        const phone = desk(routes)
        begins(phone)
        phone.key(intent)
        return is(phone).split(':')[0]
      })
      expect(ways).toEqual(['speaker', 'headset', '-'])
    },
  )

  test('a speaker without a microphone is spoken to by the handset', () => {
    const mute = { kind: 'alsa', capture: '', playback: 'speaker_playback', rate: 16000, periodMs: 20 } as const
    const phone = desk({ speaker: mute })
    talking(phone, () => key(phone, 'speaker'))
    expect([phone.hears('speaker'), phone.speaksTo('speaker'), phone.hears(), phone.speaksTo()]).toEqual([
      ...['call:in:1', 'nobody', 'nothing', 'call:in:1'],
    ])
    phone.key('mute')
    expect(phone.speaksTo()).toBe('nobody (muted)')
  })
})

describe('mute', () => {
  test('goes with the call from one microphone to the other, and not into the next call', () => {
    const phone = desk()
    const bob = caller(phone)
    key(phone, 'speaker')
    bob.acknowledges()
    phone.key('mute')
    expect(phone.speaksTo('speaker')).toBe('nobody (muted)')
    phone.lift()
    expect([phone.speaksTo(), phone.lamp('mute')]).toEqual(['nobody (muted)', 'on'])
    key(phone, 'headset')
    expect([phone.speaksTo('headset'), phone.speaksTo()]).toEqual(['nobody (muted)', 'nobody'])
    bob.hangsUp()
    phone.putDown()
    phone.passes(3000)
    for (const [n, route] of (['speaker', 'headset'] as const).entries()) {
      const next = caller(phone, `in:${n + 2}`)
      key(phone, route)
      next.acknowledges()
      expect([phone.speaksTo(route), phone.lamp('mute')]).toEqual([`call:in:${n + 2}`, 'off'])
      next.hangsUp()
      phone.passes(3000)
    }
    expect(phone.media.faults).toEqual([])
  })
})

describe('volumes', () => {
  test('each way has its own; the bell is never silent', () => {
    const phone = desk()
    key(phone, 'speaker')
    phone.volume(1)
    phone.volume(1)
    key(phone, 'headset')
    phone.volume(-1)
    phone.lift()
    expect([db(phone, 'speaker'), db(phone, 'headset'), db(phone, 'handset')].map((x) => x ?? 0)).toEqual([0, 0, 0])
    expect(phone.view()).toMatchObject({ route: 'handset', volume: 6, handsFree: [{ volume: 8 }, { volume: 5 }] })
    key(phone, 'speaker')
    expect(db(phone, 'speaker')).toBe(6)
    key(phone, 'headset')
    expect(db(phone, 'headset')).toBe(-4)
    phone.putDown()
    key(phone, 'headset')
    caller(phone)
    for (let n = 0; n < 12; n++) phone.volume(-1)
    expect([phone.view().ringer, db(phone, 'ringer'), phone.view().volume]).toEqual([1, -20, 6])
    expect(phone.choices().chosen).toEqual({ speakerVolume: 8, headsetVolume: 5, ringerVolume: 1 })
  })

  test('tried from the menu, each is heard where it is', () => {
    const phone = desk()
    for (const of of ['handset', 'speaker', 'headset'] as const) {
      phone.does({ kind: 'volume', step: 1, of })
      expect([phone.hears(of), db(phone, of)]).toEqual(['confirmation', 3])
      phone.passes(400)
    }
    phone.does({ kind: 'volume', step: 1, of: 'ringer' })
    expect([phone.hears('ringer'), db(phone, 'ringer'), phone.hears()]).toEqual(['ring', 3, 'nothing'])
  })
})

describe('devices', () => {
  test('each is opened once, and not again for settings that name the same', () => {
    const phone = desk()
    phone.settings({ ...SETTINGS, routes: { ...ALL }, volume: 3 })
    expect(opened(phone)).toEqual(['handset', 'speaker', 'headset', 'ringer'])
  })

  test('a PCM two of them play by is one port', () => {
    const pcm = { kind: 'alsa', capture: '', playback: 'speaker_playback', rate: 16000, periodMs: 20 } as const
    const phone = desk({ speaker: pcm, ringer: { ...pcm, rate: 48000 } })
    expect(opened(phone)).toEqual(['handset', 'speaker'])
    caller(phone)
    expect([phone.hears('speaker'), db(phone, 'speaker')]).toEqual(['ring', 0])
    phone.volume(-1)
    expect(db(phone, 'speaker')).toBe(-4)
    key(phone, 'speaker')
    expect(db(phone, 'speaker')).toBe(0)
  })

  test.each(['handset', 'speaker', 'headset'] as const)(
    'the %s is pulled out in a call: it goes on, there or elsewhere',
    (route) => {
      const phone = desk()
      const bob = caller(phone)
      if (route === 'handset') phone.lift()
      else key(phone, route)
      bob.acknowledges()
      phone.world({ kind: 'port-lost', port: route, reason: 'unplugged' })
      expect([phone.shows(), phone.log.at(-1)]).toEqual(['in-call with Bob', `${route} not working`])
      const other = route === 'speaker' ? 'headset' : 'speaker'
      key(phone, other)
      expect(phone.hears(other)).toBe('call:in:1')
      phone.world({ kind: 'port-opened', port: route, rate: 16000, detail: '' })
      if (route === 'handset') phone.lift()
      else key(phone, route)
      expect([phone.log.at(-1), phone.media.faults]).toEqual([`${route} open`, []])
    },
  )

  test('a ringer that is pulled out while it rings: the speaker rings on, and without that the handset', () => {
    const phone = desk()
    caller(phone)
    phone.world({ kind: 'port-lost', port: 'ringer', reason: 'unplugged' })
    expect([phone.hears('speaker'), phone.hears('ringer')]).toEqual(['ring', 'nothing'])
    phone.world({ kind: 'port-lost', port: 'speaker', reason: 'unplugged' })
    expect([phone.hears(), phone.hears('speaker')]).toEqual(['ring', 'nothing'])
    phone.world({ kind: 'port-opened', port: 'ringer', rate: 16000, detail: '' })
    expect([phone.hears('ringer'), phone.hears(), phone.media.faults]).toEqual(['ring', 'nothing', []])
  })

  test('one that is taken out of the configuration is closed, in a call as well', () => {
    const phone = desk()
    talking(phone, () => key(phone, 'speaker'))
    phone.settings({ ...SETTINGS, routes: { headset: DEVICE } })
    expect([phone.view().route, phone.hears(), phone.media.faults]).toEqual(['handset', 'call:in:1', []])
    expect(opened(phone)).toEqual(['handset', 'speaker', 'headset', 'ringer'])
  })

  test('a board without them is as ever: the keys do nothing', () => {
    const phone = desk({})
    key(phone, 'speaker')
    key(phone, 'headset')
    expect([is(phone), opened(phone), phone.view().handsFree]).toEqual(['-: idle', ['handset'], []])
    talking(phone, () => phone.lift())
    key(phone, 'speaker')
    expect([is(phone), phone.hears()]).toEqual(['handset: in-call with Bob', 'call:in:1'])
  })
})
