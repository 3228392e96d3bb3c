// What the hub itself costs: an arrival, one consequence, one performed output. Run by hand: node firmware/runtime/hub.bench.ts
import type { Machine } from '../base/machine.ts'
import { FOREVER } from '../base/time.ts'
import { createClock } from './clock.ts'
import { createHub } from './hub.ts'

const pass: Machine<number, number> = {
  handle: (input, _now, out) => void out.push(input),
  wake: () => {},
  deadline: () => FOREVER,
}
const hub = createHub(createClock(), console.error)
let seen = 0
const last = hub.attach('last', pass, () => void seen++)
const first = hub.attach('first', pass, last)
for (let n = 0; n < 3; n++) hub.attach(`idle ${n}`, pass, () => {})
const arrive = hub.inlet<number>({ name: 'net', rank: 'sip', capacity: 64 }, first)

const N = 1_000_000
for (let n = 0; n < N / 10; n++) arrive(n)
const began = performance.now()
for (let n = 0; n < N; n++) arrive(n)
const each = ((performance.now() - began) / N) * 1000
console.log(`${each.toFixed(2)} µs for an arrival through two machines of five (${seen} performed)`)
