// What the log says of the board: its parts, never its keys.
import { expect, test } from 'vitest'
import { ms } from '../base/time.ts'
import { boardLog } from './event-log.ts'

test('a part that is lost is a warning with the reason, one that is there is told', () => {
  const reason = 'nothing answers at 0x27 on /dev/i2c-1'
  expect(boardLog({ kind: 'device', device: 'lcd', state: 'lost', reason })).toEqual({
    ...{ kind: 'log', level: 'warn', from: 'board', what: 'lost' },
    fields: { device: 'lcd', reason },
  })
  expect(boardLog({ kind: 'device', device: 'lcd', state: 'ready' })).toMatchObject({ level: 'info', what: 'ready' })
})

test('keys and hook are not written down', () => {
  expect(boardLog({ kind: 'key', key: '5', action: 'press', at: ms(1) })).toBeUndefined()
  expect(boardLog({ kind: 'hook', state: 'off', at: ms(1) })).toBeUndefined()
})
