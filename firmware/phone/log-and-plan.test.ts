// The call log, the dial plan at work, volumes and the user's own settings, as a user tells it.
import { describe, expect, test } from 'vitest'
import { ms } from '../base/time.ts'
import { createDesk, type Desk, SETTINGS } from '../testing/desk.ts'
import { called, caller, notRegistered, registered } from '../testing/played-engine.ts'
import { logged, NO_CALLS } from './call-log.ts'
import { newCall } from './calls.ts'
import { NOTHING_CHOSEN } from './chosen.ts'
import { initialState } from './state.ts'

function desk(more: Partial<typeof SETTINGS> = {}) {
  const phone = createDesk({ settings: { ...SETTINGS, ...more } })
  registered(phone)
  return phone
}
const targets = (phone: Desk) => phone.sent.flatMap((c) => (c.kind === 'invite' ? [c.target] : []))

describe('the call log', () => {
  test('placed, received and missed, newest first, with how long and why', () => {
    const phone = desk()
    phone.clock(0)
    phone.press('101')
    phone.lift()
    called(phone).answers()
    phone.passes(5000)
    phone.putDown()
    called(phone).isGone()
    phone.passes(60_000)
    const bob = caller(phone)
    phone.lift()
    bob.acknowledges()
    phone.passes(2000)
    bob.hangsUp()
    phone.putDown()
    caller(phone, 'in:2').refuses(487)
    caller(phone, 'in:3')
    phone.key('end')
    expect(phone.calls()).toEqual([
      'received Bob: declined',
      'missed Bob: missed',
      'received Bob: other side hung up',
      'placed 101: call ended',
    ])
    expect(phone.callLog().map(({ at, lastedMs, number }) => [at, lastedMs, number])).toEqual([
      [67_000, 0, 'bob'],
      [67_000, 0, 'bob'],
      [65_000, 2000, 'bob'],
      [0, 5000, '101'],
    ])
  })

  test('missed calls are counted until the log is looked at', () => {
    const phone = desk()
    for (const id of ['in:1', 'in:2']) caller(phone, id).refuses(487)
    expect(phone.view().missed).toBe(2)
    phone.key('log-seen')
    expect([phone.view().missed, phone.calls().length]).toEqual([0, 2])
  })

  test.each([
    ['sip:101@pbx.example.com', '101', '101'],
    ['sip:192.0.2.7', '192.0.2.7', 'sip:192.0.2.7'],
    ['sip:anonymous@anonymous.invalid', 'anonymous', ''],
  ])('%s, %s, is called back as %j', (uri, number, back) => {
    const bob = newCall('in:1', 'a', 'in', { uri, display: '', number }, '', ms(0))
    expect(
      logged(initialState(undefined, NOTHING_CHOSEN, NO_CALLS), bob, 'missed', '', ms(0)).past.log[0]?.number,
    ).toBe(back)
  })

  test('it holds a hundred calls', () => {
    const phone = desk()
    for (let n = 1; n <= 120; n++) caller(phone, `in:${n}`).refuses(487)
    expect([phone.calls().length, phone.view().missed]).toEqual([100, 100])
  })

  test('an entry is called on the line it came in on, if that can be called from', () => {
    const second = { ...SETTINGS.accounts[0]!.config, aor: 'sip:alice@example.org' }
    const phone = desk({ accounts: [...SETTINGS.accounts, { id: 'b', label: 'B', config: second }] })
    registered(phone, 'b#2')
    phone.does({ kind: 'call', number: '201', account: 'b' })
    phone.key('end')
    notRegistered(phone, 403, undefined, 'b#2')
    phone.does({ kind: 'call', number: '201', account: 'b' })
    expect(targets(phone)).toEqual(['sip:201@example.org', 'sip:201@example.com'])
  })

  test('not in the middle of something else', () => {
    const phone = desk()
    phone.does({ kind: 'call', number: '' })
    caller(phone)
    phone.does({ kind: 'call', number: '201' })
    phone.lift()
    phone.does({ kind: 'call', number: '201' })
    expect(targets(phone)).toEqual([])
  })
})

describe('the dial plan', () => {
  const MAP = { dialMap: '[2-9]xxxxxx|1xx|0T|00<=49>,x.T|<9=>,x.T' }

  test('a complete number goes half a second after its last digit, without #', () => {
    const phone = desk(MAP)
    phone.lift()
    phone.press('12')
    phone.passes(3999)
    phone.press('3')
    phone.passes(499)
    expect(targets(phone)).toEqual([])
    phone.passes(1)
    expect(targets(phone)).toEqual(['sip:123@example.com'])
  })

  test('rewritten for the network, not for the user, his log or his redial key', () => {
    const phone = desk(MAP)
    phone.lift()
    phone.press('0030#')
    expect([phone.shows(), targets(phone)]).toEqual(['calling 0030', ['sip:004930@example.com']])
    called(phone).refuses(486)
    phone.putDown()
    expect(phone.calls()).toEqual(['placed 0030: busy'])
    phone.key('redial')
    expect([phone.shows(), targets(phone)[1]]).toEqual(['calling 0030', 'sip:004930@example.com'])
  })

  test('behind the digit for an outside line the dial tone sounds again', () => {
    const phone = desk(MAP)
    phone.lift()
    expect(phone.hears()).toBe('dial')
    phone.press('9')
    expect(phone.hears()).toBe('dial')
    phone.press('1')
    expect([phone.hears(), phone.shows()]).toEqual(['nothing', 'dialling 91'])
    expect(phone.media.faults).toEqual([])
  })

  test('with the handset down nothing goes by itself', () => {
    const phone = desk(MAP)
    phone.press('123')
    phone.passes(10_000)
    expect([phone.shows(), phone.hears()]).toEqual(['dialling 123', 'nothing'])
  })

  test('an emergency number reached behind a prefix tries every line, too', () => {
    const second = { ...SETTINGS.accounts[0]!.config, aor: 'sip:alice@example.org' }
    const phone = desk({ ...MAP, accounts: [...SETTINGS.accounts, { id: 'b', label: 'B', config: second }] })
    phone.lift()
    phone.press('9112#')
    called(phone).refuses(503, 'transport')
    expect(targets(phone)).toEqual(['sip:112@example.com', 'sip:112@example.org'])
  })

  test('nobody interrupts an emergency call', () => {
    const phone = desk()
    phone.lift()
    phone.press('112#')
    called(phone).answers()
    caller(phone)
    expect([phone.last('respond')?.status, phone.hears()]).toEqual([486, 'call:out:1'])
  })

  test('a wrong map is no map', () => {
    const phone = desk({ dialMap: '1xx|(' })
    phone.lift()
    phone.press('123')
    phone.passes(3999)
    expect(targets(phone)).toEqual([])
    phone.passes(1)
    expect(targets(phone)).toEqual(['sip:123@example.com'])
  })
})

describe('volume', () => {
  const db = (phone: Desk) => phone.media.gains.get('handset')?.takeDb

  test('while it rings the keys turn the ringer, never to silence; then the handset is as it was', () => {
    const phone = desk()
    caller(phone)
    for (let n = 0; n < 12; n++) phone.volume(-1)
    expect([phone.view().ringer, phone.view().volume, db(phone)]).toEqual([1, 6, -20])
    phone.lift()
    expect(db(phone)).toBe(0)
    phone.volume(1)
    expect([phone.view().ringer, phone.view().volume]).toEqual([1, 7])
  })

  test('from the menu a short tone shows how loud it is, over nothing else', () => {
    const phone = desk()
    phone.does({ kind: 'volume', step: 1, of: 'ringer' })
    expect([phone.hears(), db(phone), phone.view().ringer]).toEqual(['ring', 3, 7])
    phone.passes(300)
    phone.does({ kind: 'volume', step: -1, of: 'handset' })
    expect([phone.hears(), db(phone)]).toEqual(['confirmation', -4])
    phone.passes(400)
    expect(phone.hears()).toBe('nothing')
    phone.does({ kind: 'volume', step: -1, of: 'handset' })
    phone.lift()
    expect(phone.hears()).toBe('dial')
    phone.passes(400)
    expect([phone.hears(), phone.media.faults]).toEqual(['dial', []])
  })
})

test('tones of the user’s choice stand until the configuration says something else there', () => {
  const phone = desk()
  const dialTone = () => {
    phone.lift()
    const tone = phone.media.commands.findLast((c) => c.kind === 'open-tone')?.tone.steps[0]?.frequencies
    phone.putDown()
    return [phone.view().country, tone]
  }
  phone.chooses({ country: 'us' })
  expect(dialTone()).toEqual(['us', [350, 440]])
  phone.settings({ ...SETTINGS, volume: 3 })
  expect(dialTone()).toEqual(['us', [350, 440]])
  phone.settings({ ...SETTINGS, country: 'fr' })
  expect(dialTone()).toEqual(['fr', [440]])
})
