// Two calls at the whole phone in its lab: the real media engine takes every change of who hears whom without a complaint.
import { expect, test } from 'vitest'
import type { Key } from '../../../hal/api/board.ts'
import type { Witnessed } from '../../runtime/compose.ts'
import { activity } from '../../runtime/demo/witness.ts'
import { startPhone } from './phone.ts'

test('the echo and the second phone: waiting, taken, swapped, together, parted, left', {
  timeout: 60_000,
}, async () => {
  const refused: string[] = []
  const phone = await startPhone(440, {
    witness(seen: Witnessed) {
      if (seen.of === 'media' && seen.event.kind === 'rejected')
        refused.push(`${seen.event.command}: ${seen.event.reason}`)
    },
  })
  const { board, witness, simulator } = phone
  const peer = (): string => board.screen()[1]?.trim() ?? ''
  /** Presses the key and waits for what it shall bring about. */
  const press = async (key: Key, what: string, matches: (seen: Witnessed) => boolean) => {
    const done = witness.next(what, 5000, matches)
    board.press(key)
    await done
  }
  const modified = (seen: Witnessed) => seen.of === 'ua' && seen.event.kind === 'call-modified'
  try {
    await phone.lift()
    const talking = witness.next('echo', 6000, activity('in-call'))
    phone.dial('101#')
    await talking
    const waits = witness.next('second call', 6000, (seen) => seen.of === 'view' && seen.view.waiting !== undefined)
    simulator.lab.request({ do: 'call' })
    await waits
    await press('soft1', 'taken', modified)
    await press('soft1', 'swapped', modified)
    await press('soft2', 'together', activity('conference'))
    await press('soft3', 'parted', activity('in-call'))
    await press('soft4', 'left', (seen) => seen.of === 'view' && seen.view.beside === undefined)
    expect(phone.doing()).toBe('in-call')
    await expect.poll(peer, { timeout: 2000 }).toContain('Second phone')
    await phone.putDown()
    expect([refused, phone.complaints, simulator.phone.counters]).toEqual([[], [], { faults: 0, overflows: 0 }])
  } finally {
    await phone.stop()
    phone.dispose()
  }
})
