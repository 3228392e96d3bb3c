// The provisioning machine's specification: in each state, what each input makes it do.
import { expect, test } from 'vitest'
import { after } from '../../firmware/base/time.ts'
import { text } from '../testing/documents.ts'
import { type Bench, bench, goodOne } from './testing/bench.ts'

const document = (version: number, confirmSeconds = 10) =>
  text({ version, apply: { when: 'now', confirmSeconds }, account: { expires: 1000 + version } })

const idle = (b: Bench) => b.feed({ kind: 'idle', idle: true })
const registered = (b: Bench) => b.feed({ kind: 'line', account: 'main', state: 'registered', reason: '' })
const refused = (b: Bench) => b.feed({ kind: 'line', account: 'main', state: 'refused', reason: '403' })

/** A phone on version 1 with version 2 in hand, brought into each state. */
const base = () => bench(goodOne(1)).healthy().feed({ kind: 'broker', connected: true })
const held = (b: Bench) => Object.assign(b, { hold: true })
const STATES: Readonly<Record<string, () => Bench>> = {
  Steady: () => held(idle(base())),
  Saving: () => held(idle(base())).feed({ kind: 'desired', text: document(2) }),
  Waiting: () => held(base().feed({ kind: 'desired', text: document(2) })),
  Arming: () => idle(held(base().feed({ kind: 'desired', text: document(2) }))),
  Trial: () => held(idle(base().feed({ kind: 'desired', text: document(2) }))),
  'Trial, failed': () =>
    held(refused(idle(base().feed({ kind: 'desired', text: document(2) })).feed({ kind: 'idle', idle: false }))),
  Promoting: () => registered(held(idle(base().feed({ kind: 'desired', text: document(2) })))),
  Closing: () => refused(held(idle(base().feed({ kind: 'desired', text: document(2) })))),
}

const INPUTS: Readonly<Record<string, (b: Bench) => unknown>> = {
  'document 3': (b) => b.feed({ kind: 'desired', text: document(3) }),
  'document 2': (b) => b.feed({ kind: 'desired', text: document(2, 20) }),
  'document 1': (b) => b.feed({ kind: 'desired', text: text({ version: 1 }) }),
  'bad document': (b) => b.feed({ kind: 'desired', text: '{}' }),
  'emptied topic': (b) => b.feed({ kind: 'desired', text: '' }),
  idle,
  busy: (b) => b.feed({ kind: 'idle', idle: false }),
  registered,
  refused,
  'broker again': (b) => b.feed({ kind: 'broker', connected: false }).feed({ kind: 'broker', connected: true }),
  stored: (b) => b.release(),
  'not stored': (b) => b.release('EIO'),
  'completion of another write': (b) => b.feed({ kind: 'stored', ref: 99, error: undefined }),
  'time passes': (b) => b.at(after(b.now, 60_000)),
}

const SPECIFICATION = `
Steady
  document 3: store candidate 3
  document 2: store candidate 2
  document 1: report applied 1: runs 1, good 1
  bad document: report rejected (the document is not valid): runs 1, good 1
  emptied topic: -
  idle: -
  busy: -
  registered: -
  refused: -
  broker again: report applied 1: runs 1, good 1
  stored: -
  not stored: -
  completion of another write: -
  time passes: -

Saving
  document 3: -
  document 2: -
  document 1: -
  bad document: report rejected (the document is not valid): runs 1, good 1
  emptied topic: -
  idle: -
  busy: -
  registered: -
  refused: -
  broker again: report applied 1: runs 1, good 1
  stored: report pending 2 (waiting): runs 1, good 1; store attempt 2
  not stored: report rejected 2 (it could not be stored: EIO): runs 1, good 1
  completion of another write: -
  time passes: -

Waiting
  document 3: report superseded 2 (version 3 came): runs 1, good 1; store candidate 3
  document 2: report pending 2 (waiting): runs 1, good 1
  document 1: report rejected 1 (the version is lower than one seen before): runs 1, good 1
  bad document: report rejected (the document is not valid): runs 1, good 1
  emptied topic: -
  idle: store attempt 2
  busy: -
  registered: -
  refused: -
  broker again: report pending 2 (waiting): runs 1, good 1
  stored: -
  not stored: -
  completion of another write: -
  time passes: -

Arming
  document 3: -
  document 2: -
  document 1: -
  bad document: report rejected (the document is not valid): runs 1, good 1
  emptied topic: -
  idle: -
  busy: -
  registered: -
  refused: -
  broker again: report pending 2 (waiting): runs 1, good 1
  stored: apply 2; report pending 2 (on trial): runs 2, good 1
  not stored: store revert 2
  completion of another write: -
  time passes: -

Trial
  document 3: -
  document 2: -
  document 1: -
  bad document: report rejected (the document is not valid): runs 2, good 1
  emptied topic: -
  idle: -
  busy: -
  registered: store promote 2
  refused: apply 1; store revert 2
  broker again: report pending 2 (on trial): runs 2, good 1
  stored: -
  not stored: -
  completion of another write: -
  time passes: apply 1; store revert 2

Trial, failed
  document 3: -
  document 2: -
  document 1: -
  bad document: report rejected (the document is not valid): runs 2, good 1
  emptied topic: -
  idle: apply 1; store revert 2
  busy: -
  registered: -
  refused: -
  broker again: report pending 2 (on trial): runs 2, good 1
  stored: -
  not stored: -
  completion of another write: -
  time passes: -

Promoting
  document 3: -
  document 2: -
  document 1: -
  bad document: report rejected (the document is not valid): runs 2, good 1
  emptied topic: -
  idle: -
  busy: -
  registered: -
  refused: -
  broker again: report pending 2 (on trial): runs 2, good 1
  stored: report applied 2: runs 2, good 2
  not stored: apply 1; store revert 2
  completion of another write: -
  time passes: -

Closing
  document 3: -
  document 2: -
  document 1: -
  bad document: report rejected (the document is not valid): runs 1, good 1
  emptied topic: -
  idle: -
  busy: -
  registered: -
  refused: -
  broker again: report pending 2 (on trial): runs 2, good 1
  stored: report reverted 2 (line main does not register: 403): runs 1, good 1
  not stored: report reverted 2 (line main does not register: 403): runs 1, good 1
  completion of another write: -
  time passes: -
`

test('each input in each state', () => {
  const rows: string[] = []
  for (const [state, make] of Object.entries(STATES)) {
    rows.push('', state)
    for (const [name, put] of Object.entries(INPUTS)) {
      const b = make()
      const before = b.log.length
      put(b)
      rows.push(`  ${name}: ${b.log.slice(before).join('; ') || '-'}`)
    }
  }
  expect(`${rows.slice(1).join('\n')}\n`).toBe(SPECIFICATION.slice(1))
})
