// Keys with a meaning of the configuration's: what a press does, whatever the phone is at; what lamps and display say of each.
import { describe, expect, test } from 'vitest'
import { printDialogInfo } from '../sip/packages/dialog-info.ts'
import { createDesk, type Desk, SETTINGS } from '../testing/desk.ts'
import { called, caller, registered } from '../testing/played-engine.ts'
import { ALICE, request } from '../testing/ua-script.ts'
import type { KeySetting } from './contract.ts'

const key = (label: string, kind: KeySetting['kind'], target: string, digit = ''): KeySetting => ({
  ...{ label, kind, target, account: 'a', digit },
})
const KEYS = [
  key('Taxi', 'speed-dial', '5550', '2'),
  key('Bob', 'blf', 'sip:bob@example.com', '3'),
  key('Mail', 'voicemail', ''),
  key('Fax', 'voicemail', '*98'),
]
const [TAXI, BOB, MAIL, FAX] = [0, 1, 2, 3]

function setOut(more: Partial<typeof SETTINGS> = {}) {
  const account = { id: 'a', label: 'Alice', config: ALICE, mailbox: { subscribe: true, number: '*97' } }
  const desk = createDesk({ settings: { ...SETTINGS, accounts: [account], keys: KEYS, ...more } })
  registered(desk)
  return desk
}

function notify(desk: Desk, event: string, contentType: string, body: string) {
  const id = desk.sent.findLast((c) => c.kind === 'subscribe' && c.event === event)
  const told = { id: id?.kind === 'subscribe' ? id.id : '', contentType, body, request: request('NOTIFY') }
  desk.sip({ kind: 'subscription-notify', ...told })
}

let version = 0
/** Bob's calls as one document tells them. `whole`: it is all he has. */
function bobHas(
  desk: Desk,
  calls: readonly (readonly [id: string, 'early' | 'confirmed' | 'terminated', ('initiator' | 'recipient')?])[],
  whole = true,
) {
  const nobody = { display: undefined, target: undefined, rendering: undefined }
  const dialogs = calls.map(([id, state, direction = 'recipient']) => ({
    ...{ id, callId: `call-${id}`, localTag: 'l', remoteTag: 'r', direction, state, event: undefined },
    ...{ code: undefined, durationS: undefined, local: undefined },
    remote: { identity: 'sip:dave@example.com', ...nobody },
  }))
  const body = printDialogInfo({ version: version++, full: whole, entity: 'sip:bob@example.com', dialogs })
  notify(desk, 'dialog', 'application/dialog-info+xml', body)
}
const invites = (desk: Desk) => desk.sent.flatMap((c) => (c.kind === 'invite' ? [c.target] : []))

describe('the lamp of a key that watches', () => {
  test('blinks while nothing is known; dark is free and nothing else', () => {
    const desk = setOut()
    expect(desk.lamp('key2')).toBe('blink')
    bobHas(desk, [])
    expect(desk.lamp('key2')).toBe('off')
    bobHas(desk, [['1', 'early']])
    expect([desk.lamp('key2'), desk.view().keys[BOB]?.takes]).toEqual(['flash', true])
    bobHas(desk, [['1', 'confirmed']])
    expect([desk.lamp('key2'), desk.view().keys[BOB]?.takes]).toEqual(['wink', false])
    const id = desk.sent.findLast((c) => c.kind === 'subscribe' && c.event === 'dialog')
    if (id?.kind !== 'subscribe') throw new Error('not subscribed')
    const over = { kind: 'subscription-state', id: id.id, state: 'TERMINATED', previous: 'ACTIVE' } as const
    desk.sip({ ...over, status: 408, reason: 'No NOTIFY', cause: 'timeout', retryMs: 4000 })
    expect([desk.lamp('key2'), desk.view().keys[BOB]?.busy]).toEqual(['blink', 'unknown'])
  })

  test('several calls, told in parts: the most urgent is shown, until the last has ended', () => {
    const desk = setOut()
    bobHas(desk, [['1', 'confirmed']])
    bobHas(desk, [['2', 'early']], false)
    expect(desk.lamp('key2')).toBe('flash')
    bobHas(desk, [['2', 'terminated']], false)
    expect(desk.lamp('key2')).toBe('wink')
    bobHas(desk, [['1', 'terminated']], false)
    expect(desk.lamp('key2')).toBe('off')
  })

  test('a part is missing: the whole is asked for, and what is known stands so long', () => {
    const desk = setOut()
    bobHas(desk, [['1', 'confirmed']])
    version++
    const before = desk.sent.length
    bobHas(desk, [['1', 'terminated']], false)
    expect(desk.sent.slice(before)).toMatchObject([{ kind: 'subscribe', event: 'dialog' }])
    expect(desk.lamp('key2')).toBe('wink')
    bobHas(desk, [])
    expect(desk.lamp('key2')).toBe('off')
  })

  test('other settings: the lamp is that of the key that is there now', () => {
    const desk = setOut()
    bobHas(desk, [['1', 'confirmed']])
    desk.settings({ ...SETTINGS, keys: [KEYS[BOB]!] })
    expect([desk.lamp('key1'), desk.lamp('key2')]).toEqual(['wink', 'off'])
    desk.settings(SETTINGS)
    expect([desk.lamp('key1'), desk.view().keys]).toEqual(['off', []])
  })

  test('a bare number is watched in the domain of the line; it is nobody of the page of people', () => {
    const desk = setOut({ keys: [key('Carol', 'blf', '203')] })
    expect(desk.sent.flatMap((c) => (c.kind === 'subscribe' ? [c.target] : []))).toContain('sip:203@example.com')
    notify(desk, 'dialog', 'application/dialog-info+xml', printDialogInfo({ ...EMPTY, entity: 'sip:203@example.com' }))
    expect([desk.lamp('key1'), desk.view().buddies]).toEqual(['off', []])
  })
  const EMPTY = { version: 0, full: true, dialogs: [] }
})

test('the key of a mailbox is lit while messages wait there', () => {
  const desk = setOut()
  expect([desk.lamp('key3'), desk.lamp('key4')]).toEqual(['off', 'off'])
  const body = 'Messages-Waiting: yes\r\nVoice-Message: 2/8\r\n'
  notify(desk, 'message-summary', 'application/simple-message-summary', body)
  expect([desk.lamp('key3'), desk.lamp('key4'), desk.lamp('message')]).toEqual(['on', 'off', 'on'])
})

test('do not disturb under a held digit: no number is left of it', () => {
  const desk = setOut({ keys: [key('Quiet', 'dnd', '', '4')] })
  desk.press('4')
  desk.does({ kind: 'held-digit', digit: '4' })
  expect([desk.view().dnd, desk.shows()]).toEqual([true, 'idle'])
})

test('the key of do not disturb turns it on and off whatever the phone is at, and is lit while it is on', () => {
  for (const come of Object.values(STATES)) {
    const desk = setOut({ keys: [key('Quiet', 'dnd', '')] })
    come(desk)
    const before = [desk.shows(), desk.sent.length]
    desk.does({ kind: 'key', at: 0 })
    expect([desk.view().dnd, desk.lamp('key1'), desk.shows(), desk.sent.length]).toEqual([true, 'on', ...before])
    desk.does({ kind: 'key', at: 0 })
    expect([desk.view().dnd, desk.lamp('key1')]).toEqual([false, 'off'])
  }
})

/** How the phone comes to what it is at. */
const STATES: Readonly<Record<string, (desk: Desk) => void>> = {
  idle: () => {},
  'dial tone': (desk) => desk.lift(),
  entering: (desk) => desk.press('77'),
  'entering, off hook': (desk) => {
    desk.lift()
    desk.press('77')
  },
  alerting: (desk) => void caller(desk),
  calling: (desk) => {
    desk.press('101')
    desk.key('dial')
  },
  talking: (desk) => {
    const bob = caller(desk)
    desk.lift()
    bob.acknowledges()
  },
  holding: (desk) => {
    const bob = caller(desk)
    desk.lift()
    bob.acknowledges()
    desk.key('hold')
    bob.accepts('recvonly')
  },
  'dial tone beside': (desk) => {
    const bob = caller(desk)
    desk.lift()
    bob.acknowledges()
    desk.key('new-call')
    bob.accepts('recvonly')
  },
  'two calls': (desk) => {
    STATES['dial tone beside']!(desk)
    desk.press('101#')
    called(desk).answers()
  },
  conference: (desk) => {
    STATES['two calls']!(desk)
    desk.key('conference')
  },
  ended: (desk) => {
    const bob = caller(desk)
    desk.lift()
    bob.acknowledges()
    bob.hangsUp()
  },
  emergency: (desk) => {
    desk.lift()
    desk.press('112#')
    called(desk).answers()
  },
}
/** What is called, `→` where the call is sent on, `-` where nothing is done. Of each: Taxi; Bob, free; Bob, who rings; the mailbox. */
const CELLS: Readonly<Record<string, readonly [string, string, string, string]>> = {
  idle: ['5550', 'bob', 'dave', '*97'],
  'dial tone': ['5550', 'bob', 'dave', '*97'],
  entering: ['5550', 'bob', 'dave', '*97'],
  'entering, off hook': ['5550', 'bob', 'dave', '*97'],
  alerting: ['-', '-', '-', '-'],
  calling: ['-', '-', '-', '-'],
  talking: ['5550', '→bob', '→bob', '-'],
  holding: ['5550', 'bob', 'dave', '*97'],
  'dial tone beside': ['5550', 'bob', 'dave', '*97'],
  'two calls': ['-', '→bob', '→bob', '-'],
  conference: ['-', '-', '-', '-'],
  ended: ['5550', 'bob', 'dave', '*97'],
  emergency: ['5550', '-', '-', '-'],
}
describe('a press', () => {
  expect(Object.keys(CELLS)).toEqual(Object.keys(STATES))
  for (const [name, cells] of Object.entries(CELLS))
    cells.forEach((expected, input) => {
      test(`${name}, ${['Taxi', 'Bob', 'Bob rings', 'Mail'][input]}: ${expected}`, () => {
        const desk = setOut()
        STATES[name]!(desk)
        bobHas(desk, input === 2 ? [['1', 'early']] : [])
        const [before, was] = [desk.sent.length, desk.shows()]
        desk.does({ kind: 'key', at: [TAXI, BOB, BOB, MAIL][input]! })
        const done = desk.sent.slice(before).flatMap((c) => {
          if (c.kind === 'refer') return [`→${/^sip:(.*)@/.exec(c.referTo)?.[1]}`]
          return c.kind === 'invite' ? [/^sip:(.*)@/.exec(c.target)?.[1]] : []
        })
        expect(done).toEqual(expected === '-' ? [] : [expected])
        if (expected === '-') expect(desk.shows()).toBe(was)
        const invite = desk.last('invite')
        const replaces = [{ name: 'Replaces', value: 'call-1;to-tag=r;from-tag=l;early-only' }]
        if (expected === 'dave') expect(invite?.headers).toEqual(replaces)
        expect(desk.media.faults).toEqual([])
      })
    })

  test('a key that is not there, or calls a mailbox without a number, does nothing', () => {
    const desk = setOut({ accounts: SETTINGS.accounts })
    desk.does({ kind: 'key', at: 9 })
    desk.does({ kind: 'key', at: MAIL })
    expect([desk.shows(), invites(desk)]).toEqual(['idle', []])
    desk.does({ kind: 'key', at: FAX })
    expect(invites(desk)).toEqual(['sip:*98@example.com'])
  })

  test('sent on, the call is on hold until it has gone', () => {
    const desk = setOut()
    STATES.talking!(desk)
    bobHas(desk, [])
    desk.does({ kind: 'key', at: BOB })
    expect(desk.shows()).toBe('held with Bob, to sip:bob@example.com: sent')
  })

  test('an emergency number under a key is called whatever the lines are', () => {
    const desk = createDesk({ settings: { ...SETTINGS, keys: [key('Help', 'speed-dial', '112')] } })
    desk.does({ kind: 'key', at: 0 })
    expect(invites(desk)).toEqual(['sip:112@example.com'])
  })
})

describe('a digit held down', () => {
  test.each([
    ['2', ['sip:5550@example.com']],
    ['3', ['sip:bob@example.com']],
    ['1', ['sip:*97@example.com']],
    ['4', []],
  ])('%s', (digit, target) => {
    for (const lifted of [false, true]) {
      const desk = setOut()
      if (lifted) desk.lift()
      desk.press(digit)
      desk.does({ kind: 'held-digit', digit })
      expect(invites(desk)).toEqual(target)
      if (target.length === 0) expect(desk.shows()).toBe(`dialling ${digit}`)
    }
  })

  test('at the end of a number, in a call, and while it rings it is a digit as any other', () => {
    const desk = setOut()
    desk.press('12')
    desk.does({ kind: 'held-digit', digit: '2' })
    expect(desk.shows()).toBe('dialling 12')
    const ringing = setOut()
    ringing.press('2')
    caller(ringing)
    ringing.does({ kind: 'held-digit', digit: '2' })
    expect(invites(ringing)).toEqual([])
    const talking = setOut()
    STATES.talking!(talking)
    talking.press('2')
    talking.does({ kind: 'held-digit', digit: '2' })
    expect([talking.shows(), invites(talking)]).toEqual(['in-call with Bob', []])
  })

  test('without a mailbox 1 stays what was entered', () => {
    const desk = setOut({ accounts: SETTINGS.accounts })
    desk.press('1')
    desk.does({ kind: 'held-digit', digit: '1' })
    expect([desk.shows(), invites(desk)]).toEqual(['dialling 1', []])
  })
})
