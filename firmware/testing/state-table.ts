// A transition table of an object of the core: every state with every input, each cell one test.
import { describe, expect, test } from 'vitest'
import type { AnyNotification, NotificationCenter } from '../api/core/index.ts'
import { CoreError } from '../api/core/index.ts'

/** An object in some state, with what is needed to ask of it. */
export interface Placed {
  readonly state: () => string
  readonly notifications: NotificationCenter
  /** Names of what it tells; others do not count. */
  readonly tells: readonly string[]
}

export interface StateTable<P extends Placed> {
  /** How an object comes into each state. */
  readonly states: Readonly<Record<string, () => Promise<P>>>
  /** What is done to it. */
  readonly inputs: Readonly<Record<string, (placed: P) => unknown>>
  /**
   * A line for each state, a cell for each input in the order of `inputs`: `state` it is in then, with `!` for each notification
   * that came; or `-` and the code of the CoreError that was thrown, where all stays as it was.
   */
  readonly cells: Readonly<Record<string, string>>
}

/** Nothing more comes behind what was expected. */
const QUIET_MS = 25

export function testTable<P extends Placed>(name: string, { states, inputs, cells }: StateTable<P>): void {
  describe(name, () => {
    const columns = Object.keys(inputs)
    test('every state has a cell for every input', () => {
      expect(Object.keys(cells)).toEqual(Object.keys(states))
      for (const line of Object.values(cells)) expect(line.split(/\s+/)).toHaveLength(columns.length)
    })
    for (const [state, line] of Object.entries(cells))
      line.split(/\s+/).forEach((expected, i) => {
        const input = columns[i]!
        test(`${state}, ${input}: ${expected}`, async () => {
          const placed = await states[state]!()
          const told: string[] = []
          const end = placed.notifications.addObserver(({ name: each }: AnyNotification) => {
            if (placed.tells.includes(each)) told.push(each)
          })
          const before = placed.state()
          const thrown = await outcomeOf(() => inputs[input]!(placed))
          const observed = () => thrown ?? `${placed.state()}${'!'.repeat(told.length)}`
          await expect.poll(observed, { interval: 5, timeout: 3000 }).toBe(expected)
          await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
          expect(observed()).toBe(expected)
          if (thrown !== undefined) expect([placed.state(), told]).toEqual([before, []])
          end()
        })
      })
  })
}

async function outcomeOf(act: () => unknown): Promise<string | undefined> {
  try {
    await act()
    return undefined
  } catch (error) {
    if (error instanceof CoreError) return `-${error.code}`
    throw error
  }
}
