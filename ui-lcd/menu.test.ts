// The menu as its user goes through it: every page as text, what the keys do there, and when it gives way.
import { describe, expect, test } from 'vitest'
import { ms } from '../firmware/base/time.ts'
import type { Activity, LogEntry } from '../firmware/phone/contract.ts'
import { call, line, rig, view } from './testing/rig.ts'

const IDLE = view({ name: 'idle' })
const NOON = 12 * 60
const entry = (over: Partial<LogEntry> = {}): LogEntry => ({
  ...{
    kind: 'placed',
    name: '',
    number: '101',
    account: 'a',
    at: NOON * 60_000,
    began: undefined,
    lastedMs: 0,
    cause: 'busy',
  },
  ...over,
})
const LOG: readonly LogEntry[] = [
  entry({ kind: 'missed', name: 'Zoë Müller', number: '201', cause: 'missed' }),
  entry(),
  entry({
    kind: 'received',
    number: '',
    lastedMs: 75_000,
    cause: 'other side hung up',
    at: NOON * 60_000 - 86_400_000,
  }),
  entry({ number: '102', cause: 'call ended', lastedMs: 5000 }),
  entry(),
]
function menu(first = IDLE) {
  const all = rig(first)
  all.setClock(NOON)
  all.feed({ from: 'call-log', log: LOG })
  all.press('back')
  return { ...all, content: () => all.text().slice(1, -1), goTo: (page: number) => goTo(all, page) }
}
function goTo(all: ReturnType<typeof rig>, page: number) {
  for (let n = 0; n < page; n++) all.press('down')
  return all.press('ok')
}

describe('going through it', () => {
  test('back or its soft key opens it over a phone at rest', () => {
    expect(menu().text()).toEqual([
      '|Menu           12:00|',
      '|>Status             |',
      '| Calls              |',
      '|Open ↑    ↓    Back |',
    ])
    const soft = rig(IDLE)
    soft.press('soft4')
    expect(soft.text()[0]).toBe('|Menu                |')
    const starting = rig(view({ name: 'starting', step: 'network' }))
    starting.press('back')
    expect(starting.text()[1]).toBe('|>Status             |')
  })
  test('down scrolls, past the end it begins again, up goes the other way', () => {
    const { press, content } = menu()
    press('down')
    press('down')
    expect(content()).toEqual(['|>Redial             |', '| Volume             |'])
    for (let n = 0; n < 6; n++) press('down')
    expect(content()[0]).toBe('|>Status             |')
    press('up')
    expect(content()).toEqual(['| Forwarding         |', '|>About              |'])
    press('soft3')
    expect(content()[0]).toBe('|>Status             |')
    press('soft2')
    expect(content()[1]).toBe('|>About              |')
  })
  test('back leaves a page, then the menu', () => {
    const { press, text, goTo } = menu()
    goTo(1)
    expect(text()[0]).toBe('|Calls          12:00|')
    press('back')
    expect(text()[0]).toBe('|Menu           12:00|')
    press('soft4')
    expect(text()[0]).toBe('|Ready          12:00|')
  })
  test('a key of it says nothing to the phone; a digit does, and dialling closes it', () => {
    const { press, show, text } = menu()
    expect([press('ok'), press('down'), press('back')]).toEqual([[], [], []])
    expect(press('5')).toEqual(['{"kind":"digit","digit":"5"}'])
    show(view({ name: 'dialling', digits: '5' }))
    show(IDLE)
    expect(text()[0]).toBe('|Ready          12:00|')
  })
  test('nobody touches it for a minute: it closes', () => {
    const { pass, text } = menu()
    pass(59_000)
    expect(text()[0]).toContain('Menu')
    pass(2000)
    expect(text()[0]).toContain('Ready')
  })
})

describe('a call and the menu', () => {
  const ringing = view({ name: 'ringing', call: call() })
  test('a ringing call takes the screen; if nobody takes it the menu is there again', () => {
    const { show, text, goTo } = menu()
    goTo(3)
    show(ringing)
    expect(text()[0]).toContain('Incoming call')
    show(view({ name: 'ended', call: call(), cause: 'missed', lastedMs: 0 }))
    expect(text()[0]).toContain('Call ended')
    show(IDLE)
    expect(text()[0]).toContain('Volume')
  })
  test('one that is taken has closed the menu', () => {
    const { show, text } = menu()
    show(ringing)
    show(view({ name: 'in-call', call: call({ since: ms(0) }) }))
    show(IDLE)
    expect(text()[0]).toContain('Ready')
  })
})

describe('pages', () => {
  test('status: what is wrong with the setup file, and nothing when nothing is', () => {
    const { feed, press, content, goTo } = menu(view({ name: 'idle' }, { lines: [line('Desk')] }))
    const shown = () => {
      goTo(0)
      const rows = Array.from({ length: 8 }, () => {
        const row = content()[0]
        press('down')
        return row
      })
      return rows.join('')
    }
    expect(shown()).not.toContain('Setup')
    feed({ from: 'facts', facts: { setup: 'setup.json /account/aor: expected a SIP URI' } })
    expect(shown()).toContain('|Setup file:         ||setup.json          ||/account/aor:       |')
  })

  test('status: why a line is not registered, and when it is tried again, counting', () => {
    const lab = { ...line('Lab', 'no answer from pbx.example.com'), retryAt: ms(31_000) }
    const { feed, press, content, pass, goTo } = menu(view({ name: 'idle' }, { lines: [line('Desk'), lab] }))
    feed({ from: 'facts', facts: { address: '192.0.2.17', broker: 'connected', version: '0.1.0' } })
    goTo(0)
    const rows: (string | undefined)[] = []
    for (let n = 0; n < 9; n++, press('down')) rows.push(content()[0])
    press('up')
    expect([...rows, content()[1]]).toEqual([
      '|⋔ Desk              |',
      '|registered          |',
      '|! Lab               |',
      '|no answer from      |',
      '|pbx.example.com     |',
      '|next try in 30 s    |',
      '|Address 192.0.2.17  |',
      '|Broker connected    |',
      '|Version 0.1.0       |',
      '|Up 00:00            |',
    ])
    for (let n = 0; n < 6; n++) press('down')
    pass(5000)
    expect(content()[0]).toBe('|next try in 25 s    |')
  })
  test('status: words for every state of a line', () => {
    const words = (...lines: Parameters<typeof view>[1][]) =>
      lines.map((over) => {
        const { goTo, press, content } = menu(view({ name: 'idle' }, over))
        goTo(0)
        press('down')
        return content().join('')
      })
    expect(words({ lines: [] }, { lines: [line('Lab', '')] }, { lines: [line('Lab', 'wrong password')] })).toEqual([
      '|no line set up      ||Up 00:00            |',
      '|registering…        ||Up 00:00            |',
      '|wrong password      ||trying now          |',
    ])
  })

  test('calls: newest first, with the time, of another day the date; looked at, they are not missed any more', () => {
    const { press, content, goTo } = menu()
    expect(goTo(1)).toEqual(['{"kind":"log-seen"}'])
    expect(content()).toEqual(['|>! Zoë Müller  12:00|', '| ↑ 101         12:00|'])
    press('down')
    press('down')
    expect(content()).toEqual(['|>↓ withheld    12-31|', '| ↑ 102         12:00|'])
  })
  test('a call: who, when, how long, how it ended; dialled from there on its own line', () => {
    const { press, text, goTo } = menu()
    goTo(1)
    press('ok')
    expect(text()).toEqual([
      '|missed         12:00|',
      '|Zoë Müller          |',
      '|201                 |',
      '|Dial ↑    ↓    Back |',
    ])
    expect(press('soft1')).toEqual(['{"kind":"call","number":"201","account":"a"}'])
    press('down')
    press('down')
    expect(text().slice(1, 3)).toEqual(['|01-01 12:00         |', '|missed              |'])
  })
  test('a caller who did not say who he is cannot be called back', () => {
    const { press, text, goTo } = menu()
    goTo(1)
    press('down')
    press('down')
    press('ok')
    expect(text()).toEqual([
      '|received       12:00|',
      '|withheld            |',
      '|12-31 12:00         |',
      '|     ↑    ↓    Back |',
    ])
    expect([press('soft1'), press('ok')]).toEqual([[], []])
  })
  test('redial: what was dialled, each number once, dialled by ok', () => {
    const { press, content, goTo } = menu()
    goTo(2)
    expect(content()).toEqual(['|>↑ 101         12:00|', '| ↑ 102         12:00|'])
    press('down')
    expect(press('ok')).toEqual(['{"kind":"call","number":"102","account":"a"}'])
  })
  test('no calls yet', () => {
    const { feed, press, content, goTo } = menu()
    feed({ from: 'call-log', log: [] })
    goTo(1)
    expect([content()[0], press('ok'), press('down')]).toEqual(['|no calls yet        |', [], []])
  })

  test('volume: of handset and ringer, by soft keys and volume keys', () => {
    const { press, text, show, goTo } = menu()
    goTo(3)
    expect(text()).toEqual([
      '|Volume         12:00|',
      '|>Handset ████···· 5 |',
      '| Ringer  █████··· 6 |',
      '|↓    -    +    Back |',
    ])
    expect(press('soft3')).toEqual(['{"kind":"volume","step":1,"of":"handset"}'])
    press('ok')
    expect(press('volume-down')).toEqual(['{"kind":"volume","step":-1,"of":"ringer"}'])
    show({ ...IDLE, ringer: 10 })
    expect(text()[2]).toBe('|>Ringer  ████████ 10|')
  })
  test('volume: of every way to listen there is; their keys are the phone’s, whatever is shown', () => {
    const ways = [{ route: 'speaker', volume: 7 } as const, { route: 'headset', volume: 3 } as const]
    const { press, text, show, goTo } = menu(view({ name: 'idle' }, { handsFree: ways }))
    goTo(3)
    press('down')
    press('down')
    expect(text().slice(1, 3)).toEqual(['|>Headset ██······ 3 |', '| Ringer  █████··· 6 |'])
    expect(press('soft3')).toEqual(['{"kind":"volume","step":1,"of":"headset"}'])
    press('ok')
    expect(press('volume-down')).toEqual(['{"kind":"volume","step":-1,"of":"ringer"}'])
    press('ok')
    expect(press('volume-down')).toEqual(['{"kind":"volume","step":-1,"of":"handset"}'])
    expect(press('speaker')).toEqual(['{"kind":"route","route":"speaker"}'])
    for (const name of ['idle', 'dialling', 'ringing', 'in-call', 'held', 'calling'] as const) {
      const activity = name === 'idle' ? { name } : { name, digits: '', ringing: false, call: call({ since: ms(0) }) }
      show(view(activity as Activity))
      expect(press('headset'), name).toEqual(['{"kind":"route","route":"headset"}'])
    }
  })
  test('another way has another volume, which nobody turned', () => {
    const { show, text, press } = rig(view({ name: 'in-call', call: call({ since: ms(0) }) }))
    const now = { name: 'in-call', call: call({ since: ms(0) }) } as const
    show(view(now, { route: 'speaker', volume: 9 }))
    expect(text().join()).not.toContain('Volume')
    show(view(now, { route: 'speaker', volume: 8 }))
    expect([text().join().includes('Volume'), press('mute').length]).toEqual([true, 1])
  })
  test('tones: on the country in use, another one is chosen by ok', () => {
    const { press, content, goTo } = menu()
    goTo(4)
    expect(content()).toEqual(['|>Germany           *|', '| Spain              |'])
    press('down')
    press('down')
    expect(press('ok')).toEqual(['{"country":"fr"}'])
  })
  test('about', () => {
    const { feed, press, content, goTo } = menu()
    feed({
      from: 'facts',
      facts: { version: '0.1.0', model: 'simulator', deviceId: 'oh-0123456789ab', key: '0123456789ab' },
    })
    goTo(7)
    const rows = [...content()]
    press('down')
    press('down')
    rows.push(...content())
    press('down')
    expect([...rows, content()[1]]).toEqual([
      '|Offhook 0.1.0       |',
      '|Model simulator     |',
      '|Device              |',
      '|oh-0123456789ab     |',
      '|Key 0123 4567 89ab  |',
    ])
  })
})
