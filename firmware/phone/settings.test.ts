import { describe, expect, test } from 'vitest'
import { createDesk, SETTINGS } from '../testing/desk.ts'
import { caller, registered } from '../testing/played-engine.ts'

describe('starting', () => {
  test('says what it is at, works meanwhile, then is idle', () => {
    const desk = createDesk()
    desk.start('network')
    expect([desk.shows(), desk.idle()]).toEqual(['starting: network', true])
    desk.lift()
    expect([desk.shows(), desk.hears()]).toEqual(['dialling', 'congestion'])
    desk.putDown()
    expect(desk.shows()).toBe('starting: network')
    desk.start(undefined)
    expect(desk.shows()).toBe('idle')
  })

  test('before any settings the handset is unknown and nothing is sent to it', () => {
    const desk = createDesk({ settings: SETTINGS })
    expect(desk.media.commands.find((c) => c.kind === 'open-device')).toMatchObject({ port: 'handset' })
    const bare = createDesk({ engine: () => {} })
    bare.start('no configuration yet')
    bare.lift()
    bare.volume(1)
    bare.putDown()
    expect(bare.media.commands.filter((c) => c.kind !== 'stock-pairs')).toEqual([])
  })
})

describe('settings', () => {
  test('the same again changes nothing but what changed', () => {
    const desk = createDesk()
    registered(desk)
    const before = desk.media.commands.length
    desk.volume(1)
    desk.settings({ ...SETTINGS, country: 'us' })
    expect(desk.media.commands.slice(before).map((c) => c.kind)).toEqual(['set-gain'])
    expect(desk.view()).toMatchObject({ volume: 7, lines: [{ registered: true }] })
    desk.lift()
    expect(desk.media.commands.findLast((c) => c.kind === 'open-tone')?.tone.steps[0]?.frequencies).toEqual([350, 440])
    desk.putDown()
    desk.settings({ ...SETTINGS, volume: 2 })
    expect(desk.view().volume).toBe(2)
  })

  test('given after the user agent was replaced: nothing of the old one is waited for', () => {
    const desk = createDesk()
    desk.press('5')
    desk.key('dial')
    desk.key('end')
    expect(desk.idle()).toBe(false)
    desk.settings(SETTINGS)
    expect(desk.idle()).toBe(true)
  })

  test('accounts that are gone are removed', () => {
    const desk = createDesk()
    desk.settings({ ...SETTINGS, accounts: [] })
    expect(desk.last('unregister')?.id).toBe('a#1')
    expect(desk.view().lines).toEqual([])
  })

  test('a line that needs no registration is ready', () => {
    const local = { ...SETTINGS.accounts[0]!, config: { ...SETTINGS.accounts[0]!.config, registrar: undefined } }
    const desk = createDesk({ settings: { ...SETTINGS, accounts: [local] } })
    expect(desk.view().lines[0]).toMatchObject({ registered: true, reason: '' })
    desk.lift()
    expect(desk.hears()).toBe('dial')
  })

  test('another handset is opened in place of the first, and what is heard goes on', () => {
    const desk = createDesk()
    registered(desk)
    desk.lift()
    desk.settings({ ...SETTINGS, handset: { kind: 'null', rate: 48000 } })
    expect([desk.hears(), desk.media.gains.get('handset')]).toEqual(['dial', { giveDb: 0, takeDb: 0 }])
    desk.putDown()
    expect(desk.media.faults).toEqual([])
  })
})

test('the handset breaks: the phone goes on, and what is heard stays joined for when it is back', () => {
  const desk = createDesk()
  registered(desk)
  const bob = caller(desk)
  desk.lift()
  bob.acknowledges()
  desk.world({ kind: 'port-lost', port: 'handset', reason: 'unplugged' })
  expect([desk.shows(), desk.log]).toEqual(['in-call with Bob', ['handset open', 'handset not working']])
  desk.key('mute')
  desk.world({ kind: 'port-opened', port: 'handset', rate: 16000, detail: '' })
  expect([desk.hears(), desk.speaksTo()]).toEqual(['call:in:1', 'nobody (muted)'])
  desk.key('end')
  expect([desk.shows(), desk.media.faults]).toEqual(['ended: call ended', []])
})
