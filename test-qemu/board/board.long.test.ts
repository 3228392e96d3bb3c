// The Linux board in the guest, with the real onoff and i2c-bus and the kernel's own drivers, keeps the board contract.
import { afterAll, beforeAll, describe } from 'vitest'
import { boardContract } from '../../hal/api/board.contract.ts'
import { type Bench, EMULATED, rigOf, setUp } from './bench.ts'

describe.each(['matrix-on-soc', 'matrix-on-expander'] as const)('%s', (name) => {
  let bench: Bench | undefined
  beforeAll(async () => {
    bench = await setUp(name)
  }, 240_000)
  afterAll(() => bench?.machine.kill())
  boardContract(`${name}, in the guest`, () => rigOf(bench!), EMULATED)
})
