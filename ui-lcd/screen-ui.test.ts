// Every screen of the phone at work as text, and what the keys mean on each.
import { describe, expect, test } from 'vitest'
import { ms } from '../firmware/base/time.ts'
import type { PhoneView } from '../firmware/phone/contract.ts'
import type { Key } from '../hal/api/board.ts'
import { call, line, rig, view, withClock } from './testing/rig.ts'

describe('screens', () => {
  const shown: readonly [string, PhoneView, readonly string[]][] = [
    [
      'starting',
      view({ name: 'starting', step: 'waiting for configuration' }),
      ['|Starting            |', '|waiting for configu…|', '|                    |', '|               Menu |'],
    ],
    [
      'idle',
      view({ name: 'idle' }, { lines: [line('Reception'), line('Workshop')] }),
      ['|Ready               |', '|⋔ Reception         |', '|⋔ Workshop          |', '|Redl Log  DND  Menu |'],
    ],
    [
      'idle with a line that is not registered',
      view({ name: 'idle' }, { lines: [line('Desk'), line('Lab', 'wrong password')] }),
      ['|Ready               |', '|⋔ Desk              |', '|! Lab: wrong passwo…|', '|Redl Log  DND  Menu |'],
    ],
    [
      'more lines than rows: those in need first',
      view({ name: 'idle' }, { lines: [line('Desk'), line('Lab'), line('Gate', 'no answer')] }),
      ['|Ready               |', '|! Gate: no answer   |', '|⋔ Desk              |', '|Redl Log  DND  Menu |'],
    ],
    [
      'not registered, with the reason',
      view({ name: 'idle' }, { lines: [line('Reception', 'wrong password')] }),
      ['|Not registered      |', '|Reception           |', '|wrong password      |', '|Redl Log  DND  Menu |'],
    ],
    [
      'not registered yet',
      view({ name: 'idle' }, { lines: [line('Reception', '')] }),
      ['|Not registered      |', '|Reception           |', '|registering…        |', '|Redl Log  DND  Menu |'],
    ],
    [
      'no line at all',
      view({ name: 'idle' }, { lines: [] }),
      ['|Not registered      |', '|no line set up      |', '|                    |', '|Redl Log  DND  Menu |'],
    ],
    [
      'off hook',
      view({ name: 'dialling', digits: '' }, { offHook: true }),
      ['|☎ Dial              |', '|_                   |', '|                    |', '|Redl           End  |'],
    ],
    [
      'dialling',
      view({ name: 'dialling', digits: '0301234' }),
      ['|Dial                |', '|0301234_            |', '|                    |', '|Dial Del       End  |'],
    ],
    [
      'dialling a number longer than the row',
      view({ name: 'dialling', digits: '00123456789012345678901' }),
      ['|Dial                |', '|…456789012345678901_|', '|                    |', '|Dial Del       End  |'],
    ],
    [
      'calling',
      view({ name: 'calling', call: call(), ringing: false }),
      ['|Calling             |', '|Zoë Müller          |', '|201                 |', '|               End  |'],
    ],
    [
      'it rings there',
      view({ name: 'calling', call: call({ peer: { uri: '', display: '', number: '201' } }), ringing: true }),
      ['|Ringing             |', '|201                 |', '|                    |', '|               End  |'],
    ],
    [
      'ringing',
      view({ name: 'ringing', call: call({ direction: 'in' }) }),
      ['|♪ Incoming call     |', '|Zoë Müller          |', '|201                 |', '|Answ           Rjct |'],
    ],
    [
      'ringing for somebody else',
      view({
        name: 'ringing',
        call: call({
          direction: 'in',
          diverted: { uri: 'sip:sales@pbx.example.com', display: 'Sales', number: '300' },
        }),
      }),
      ['|♪ Incoming call     |', '|Zoë Müller          |', '|for Sales           |', '|Answ           Rjct |'],
    ],
    [
      'in a call',
      view({ name: 'in-call', call: call({ since: ms(-41_000), codec: 'G722' }) }),
      ['|☎ 00:42         G722|', '|Zoë Müller          |', '|201                 |', '|Hold Mute New  End  |'],
    ],
    [
      'in an encrypted call',
      view({ name: 'in-call', call: call({ since: ms(-41_000), codec: 'PCMA/8000', secured: true, muted: true }) }),
      ['|☎ 00:42 ⊘ ⚿PCMA/8000|', '|Zoë Müller          |', '|muted               |', '|Hold Unmt New  End  |'],
    ],
    [
      'in a call, muted and held by the other side, for over an hour',
      view({ name: 'in-call', call: call({ since: ms(-3_700_000), codec: 'opus', muted: true, remoteHold: true }) }),
      ['|☎ 1:01:41 ⊘     opus|', '|Zoë Müller          |', '|held by other side,…|', '|Hold Unmt New  End  |'],
    ],
    [
      'held',
      view({ name: 'held', call: call({ since: ms(-58_000) }) }),
      ['|‖ On hold      00:59|', '|Zoë Müller          |', '|201                 |', '|Resm      New  End  |'],
    ],
    [
      'ended before it was answered',
      view({ name: 'ended', call: call(), cause: 'busy', lastedMs: 0 }),
      ['|Call ended          |', '|Zoë Müller          |', '|busy                |', '|Redl           OK   |'],
    ],
    [
      'ended',
      view({ name: 'ended', call: call(), cause: 'the other side hung up', lastedMs: 75_400 }),
      ['|Call ended     01:15|', '|Zoë Müller          |', '|the other side hung…|', '|Redl           OK   |'],
    ],
  ]
  test.each(shown)('%s', (_name, next, rows) => {
    expect(rig(next).text()).toEqual(rows)
  })

  test('before the phone speaks it is starting', () => {
    const { feed, text } = rig()
    feed({ from: 'board', event: { kind: 'device', device: 'lcd', state: 'ready' } })
    expect(text()[0]).toBe('|Starting            |')
  })
})

describe('time', () => {
  test('the time of day is shown once it is known and moves on by itself', () => {
    const { text, pass } = withClock(view({ name: 'idle' }), 23 * 60 + 59)
    expect(text()[0]).toBe('|Ready          23:59|')
    pass(60_000)
    expect(text()[0]).toBe('|Ready          00:00|')
  })

  test('the call timer gives one frame a second', () => {
    const { text, pass, said } = rig(view({ name: 'in-call', call: call({ since: ms(1000) }) }))
    pass(5000)
    expect(said).toEqual(['frame', 'frame', 'frame', 'frame', 'frame'])
    expect(text()[0]).toBe('|☎ 00:05             |')
  })

  test('a changed volume is shown for two seconds', () => {
    const { text, pass, show } = rig(view({ name: 'idle' }))
    show(view({ name: 'idle' }, { volume: 7 }))
    expect(text()[2]).toBe('|Volume ███████··· 7 |')
    pass(2000)
    expect(text()[2]).toBe('|                    |')
  })

  test('an idle phone goes dark after a minute; a key lights it and counts, so does a call', () => {
    const { pass, said, press, show } = rig(view({ name: 'idle' }))
    pass(59_999)
    expect(said).toEqual([])
    pass(1)
    expect(said).toEqual(['backlight off'])
    expect(press('5')).toEqual(['{"kind":"digit","digit":"5"}'])
    expect(said).toContain('backlight on')
    pass(60_000)
    said.length = 0
    show(view({ name: 'ringing', call: call() }))
    expect(said).toEqual(['backlight on', 'frame'])
    pass(600_000)
    expect(said).toEqual(['backlight on', 'frame'])
  })
})

describe('keys', () => {
  const dialling = view({ name: 'dialling', digits: '20' })
  const inCall = view({ name: 'in-call', call: call({ since: ms(0) }) })
  const meant: readonly [string, PhoneView, Key, string | undefined][] = [
    ['idle', view({ name: 'idle' }), 'soft1', 'redial'],
    ['idle', view({ name: 'idle' }), 'soft4', undefined],
    ['idle', view({ name: 'idle' }), 'ok', undefined],
    ['dialling', dialling, 'soft1', 'dial'],
    ['dialling', dialling, 'soft2', 'erase'],
    ['dialling', dialling, 'soft4', 'end'],
    ['dialling', dialling, 'ok', 'dial'],
    ['dialling', dialling, 'back', 'erase'],
    ['dialling nothing', view({ name: 'dialling', digits: '' }), 'soft1', 'redial'],
    ['dialling nothing', view({ name: 'dialling', digits: '' }), 'back', 'end'],
    ['calling', view({ name: 'calling', call: call(), ringing: true }), 'soft4', 'end'],
    ['ringing', view({ name: 'ringing', call: call() }), 'soft1', 'answer'],
    ['ringing', view({ name: 'ringing', call: call() }), 'ok', 'answer'],
    ['ringing', view({ name: 'ringing', call: call() }), 'soft4', 'end'],
    ['ringing', view({ name: 'ringing', call: call() }), '1', undefined],
    ['in a call', inCall, 'soft1', 'hold'],
    ['in a call', inCall, 'hold', 'hold'],
    ['in a call', inCall, 'soft2', 'mute'],
    ['in a call', inCall, 'mute', 'mute'],
    ['in a call', inCall, 'soft4', 'end'],
    ['in a call', inCall, 'back', undefined],
    ['held', view({ name: 'held', call: call({ since: ms(0) }) }), 'soft1', 'hold'],
    ['ended', view({ name: 'ended', call: call(), cause: '', lastedMs: 0 }), 'soft4', 'end'],
    ['ended', view({ name: 'ended', call: call(), cause: '', lastedMs: 0 }), 'redial', 'redial'],
  ]
  test.each(meant)('%s: %o %s is %s', (_name, next, key, kind) => {
    expect(rig(next).press(key)).toEqual(kind === undefined ? [] : [JSON.stringify({ kind })])
  })

  test('digits in a call and the volume keys everywhere', () => {
    expect(rig(inCall).press('#')).toEqual(['{"kind":"digit","digit":"#"}'])
    for (const next of [dialling, inCall, view({ name: 'idle' })])
      expect(rig(next).press('volume-down')).toEqual(['{"kind":"volume","step":-1}'])
  })

  test('only the press counts, but for a digit held down; the hook goes through', () => {
    const { feed, said } = rig(dialling)
    for (const action of ['long', 'release'] as const)
      feed({ from: 'board', event: { kind: 'key', key: '1', action, at: ms(1000) } })
    feed({ from: 'board', event: { kind: 'hook', state: 'flash', at: ms(1000) } })
    expect(said).toEqual(['{"kind":"held-digit","digit":"1"}', '{"kind":"hook","state":"flash"}'])
  })

  test('the same view twice gives one frame', () => {
    const { show, said } = rig(dialling)
    show(dialling)
    show({ ...dialling, lines: [] })
    expect(said).toEqual([])
  })
})
