// Runs one machine on a clock: inputs in order, outputs performed in order, one timer armed. The only loop of a board.
import type { Machine } from '../../firmware/base/machine.ts'
import { FOREVER, type Millis } from '../../firmware/base/time.ts'
import type { Clock } from '../api/clock.ts'

export interface Runner<Input> {
  /** Begins: what is due is done, timers run. */
  start(): void
  /** Takes an input now; called from within `perform` it is queued behind the outputs at hand. Ignored unless running. */
  feed(input: Input): void
  /** Nothing is performed and no timer runs afterwards. */
  stop(): void
}

export function createRunner<Input, Output>(
  machine: Machine<Input, Output>,
  clock: Clock,
  perform: (output: Output) => void,
): Runner<Input> {
  const inputs: Input[] = []
  let turning = false
  let running = false
  let armedFor: Millis = FOREVER
  let disarm = (): void => {}

  const performAll = (out: readonly Output[]): void => {
    for (const output of out) if (running) perform(output)
  }
  const arm = (): void => {
    const at = machine.deadline()
    if (at === armedFor) return
    disarm()
    armedFor = at
    disarm = at === FOREVER ? () => {} : clock.after(Math.max(0, at - clock.now()), onTimer)
  }
  const onTimer = (): void => {
    armedFor = FOREVER
    turn()
  }
  const turn = (): void => {
    if (turning || !running) return
    turning = true
    try {
      do {
        const out: Output[] = []
        const now = clock.now()
        // What was due before the input happened first.
        if (machine.deadline() <= now) machine.wake(now, out)
        const input = inputs.shift()
        if (input !== undefined) machine.handle(input, now, out)
        performAll(out)
      } while (inputs.length > 0 && running)
    } finally {
      turning = false
    }
    if (running) arm()
  }
  return {
    start() {
      running = true
      turn()
    },
    feed(input) {
      if (!running) return
      inputs.push(input)
      turn()
    },
    stop() {
      running = false
      inputs.length = 0
      disarm()
    },
  }
}
