// The screens of two calls as text, and what the keys mean there.
import { expect, test } from 'vitest'
import { ms } from '../firmware/base/time.ts'
import type { PhoneView } from '../firmware/phone/contract.ts'
import type { Key } from '../hal/api/board.ts'
import { call, line, rig, view } from './testing/rig.ts'

const bob = call({ peer: { uri: '', display: 'Bob', number: '102' }, since: ms(-9000) })
const talk = { name: 'in-call', call: call({ since: ms(-41_000), codec: 'G722' }) } as const
const both = { name: 'conference', calls: [talk.call, bob] } as const

const shown: readonly [string, PhoneView, readonly string[]][] = [
  [
    'a call waits',
    view(talk, { waiting: bob }),
    ['|☎ 00:42         G722|', '|Zoë Müller          |', '|♪ Bob               |', '|Answ Rjct Mute End  |'],
  ],
  [
    'a call is on hold beside',
    view(talk, { beside: bob }),
    ['|☎ 00:42         G722|', '|Zoë Müller          |', '|‖ Bob               |', '|Swap Conf More End  |'],
  ],
  [
    'both on hold',
    view({ ...talk, name: 'held' }, { beside: bob }),
    ['|‖ On hold      00:42|', '|Zoë Müller          |', '|‖ Bob               |', '|Resm Swap More End  |'],
  ],
  [
    'a second number is entered',
    view({ name: 'dialling', digits: '03' }, { beside: bob, offHook: true }),
    ['|☎ Dial              |', '|03_                 |', '|‖ Bob               |', '|Dial Del  Xfer End  |'],
  ],
  [
    'a second call is made',
    view({ name: 'calling', call: call(), ringing: false }, { beside: bob }),
    ['|Calling             |', '|Zoë Müller          |', '|‖ Bob               |', '|          Xfer End  |'],
  ],
  [
    'the second one ended',
    view({ name: 'ended', call: call(), cause: 'busy', lastedMs: 0 }, { beside: bob }),
    ['|Call ended          |', '|Zoë Müller          |', '|busy                |', '|Resm           OK   |'],
  ],
  [
    'a call is sent on',
    view({ name: 'held', call: { ...talk.call, sent: { to: bob.peer, ringing: true, failed: undefined } } }),
    ['|‖ On hold      00:42|', '|Zoë Müller          |', '|→ Bob rings         |', '|Resm      New  End  |'],
  ],
  [
    'a call that could not be sent on, both on hold',
    view(
      { name: 'held', call: { ...talk.call, sent: { to: bob.peer, ringing: false, failed: 'busy' } } },
      { beside: { ...bob, peer: { uri: '', display: '', number: '103' } } },
    ),
    ['|‖ On hold      00:42|', '|Zoë Müller          |', '|Bob: busy           |', '|Resm Swap More End  |'],
  ],
  [
    'conference',
    view({ ...both, held: false }),
    ['|☎ 00:42         Conf|', '|Zoë Müller          |', '|Bob                 |', '|Hold Mute Splt End  |'],
  ],
  [
    'conference, muted and on hold',
    view({ ...both, calls: [{ ...talk.call, muted: true }, bob], held: true }),
    ['|‖ On hold ⊘     Conf|', '|Zoë Müller          |', '|Bob                 |', '|Resm Unmt Splt End  |'],
  ],
  [
    'missed calls',
    view({ name: 'idle' }, { missed: 2 }),
    ['|Ready               |', '|⋔ Reception         |', '|2 missed            |', '|Redl Log  DND  Menu |'],
  ],
  [
    'missed calls of a phone that is not registered',
    view({ name: 'idle' }, { missed: 1, lines: [line('Lab', 'wrong password')] }),
    ['|Not registered      |', '|Lab                 |', '|1 missed            |', '|Redl Log  DND  Menu |'],
  ],
]
test.each(shown)('%s', (_name, next, rows) => {
  expect(rig(next).text()).toEqual(rows)
})

const meant: readonly [string, PhoneView, Key, string][] = [
  ['a call waits', view(talk, { waiting: bob }), 'soft1', 'answer'],
  ['a call waits', view(talk, { waiting: bob }), 'ok', 'answer'],
  ['a call waits', view(talk, { waiting: bob }), 'soft2', 'reject'],
  ['a call waits', view(talk, { waiting: bob }), 'soft4', 'end'],
  ['two calls', view(talk, { beside: bob }), 'soft1', 'swap'],
  ['two calls', view(talk, { beside: bob }), 'soft2', 'conference'],
  ['two calls', view(talk, { beside: bob }), 'hold', 'hold'],
  ['two calls', view(talk, { beside: bob }), 'transfer', 'transfer'],
  ['one call', view(talk), 'transfer', 'transfer'],
  ['on hold', view({ ...talk, name: 'held' }), 'transfer', 'transfer'],
  ['a second number is entered', view({ name: 'dialling', digits: '03' }, { beside: bob }), 'soft3', 'transfer'],
  [
    'a second call is made',
    view({ name: 'calling', call: call(), ringing: true }, { beside: bob }),
    'soft3',
    'transfer',
  ],
  ['one call', view(talk), 'soft3', 'new-call'],
  ['on hold', view({ ...talk, name: 'held' }), 'redial', 'redial'],
  ['conference', view({ ...both, held: false }), 'soft1', 'hold'],
  ['conference', view({ ...both, held: false }), 'soft3', 'conference'],
  [
    'the second one ended',
    view({ name: 'ended', call: bob, cause: '', lastedMs: 0 }, { beside: bob }),
    'soft1',
    'hold',
  ],
]
test.each(meant)('%s: %o %s is %s', (_name, next, key, kind) => {
  expect(rig(next).press(key)).toEqual([JSON.stringify({ kind })])
})

test('what does not fit on the soft keys is behind More, until one of it is chosen or the phone does something else', () => {
  const { press, show, text } = rig(view(talk, { beside: bob }))
  const keys = () => text()[3]
  expect([press('soft3'), keys()]).toEqual([[], '|Xfer Mute More End  |'])
  expect([press('soft3'), keys()]).toEqual([[], '|Swap Conf More End  |'])
  press('soft3')
  expect([press('soft2'), keys()]).toEqual([['{"kind":"mute"}'], '|Swap Conf More End  |'])
  press('soft3')
  show(view({ ...talk, name: 'held' }, { beside: bob }))
  expect(keys()).toBe('|Resm Swap More End  |')
  expect([press('soft3'), keys()]).toEqual([[], '|Xfer Conf More End  |'])
  expect([press('soft1'), keys()]).toEqual([['{"kind":"transfer"}'], '|Resm Swap More End  |'])
})

test('digits while a call waits go to the one spoken to', () => {
  expect(rig(view(talk, { waiting: bob })).press('5')).toEqual(['{"kind":"digit","digit":"5"}'])
})

test('the ringer has its own bar', () => {
  const ringing = view({ name: 'ringing', call: bob })
  const { show, text } = rig(ringing)
  show({ ...ringing, ringer: 7 })
  expect(text()[2]).toBe('|Ringer ███████··· 7 |')
})
