// The eight GPIO lines of QEMU's board virt, moved and watched through qtest: real interrupts in the guest, no driver of ours.
import type { Socket } from 'node:net'
import type { Level } from '../../hal/api/lines.ts'
import type { Chip } from './chip.ts'
import type { Qmp } from './qmp.ts'
import { createQtest } from './qtest.ts'

export interface Pl061 extends Chip {
  /** The lines the guest drives high now. */
  high(): readonly number[]
  /** Tells those lines, of a guest that drives them already and stands still. */
  restore(high: readonly number[]): Promise<void>
}

/** Where its registers are. */
const REGISTERS = 0x9030000

/**
 * The board pulls its lines down, and a line that floats looks like one driven low from outside: what is told here is
 * only ever `1` or, for low and floating alike, undefined. A matrix on these lines has columns that pull high.
 */
export async function createPl061(qmp: Qmp, socket: Socket): Promise<Pl061> {
  const listeners: ((line: number, level: Level | undefined) => void)[] = []
  const high = new Set<number>()
  const tell = (line: number, level: Level): void => {
    if (level === 1) high.add(line)
    else high.delete(line)
    for (const listener of listeners) listener(line, level === 1 ? 1 : undefined)
  }
  const qtest = createQtest(socket, tell)
  const children = await qmp.execute<{ name: string; type: string }[]>('qom-list', { path: '/machine/unattached' })
  const found = children.find(({ type }) => type === 'child<pl061>')
  if (found === undefined) throw new Error('this QEMU machine has no PL061')
  const path = `/machine/unattached/${found.name}`
  await qtest.command(`irq_intercept_out ${path}`)
  return {
    label: `${REGISTERS.toString(16)}.pl061`,
    put: (line, level) => void qtest.command(`set_irq_in ${path} unnamed-gpio-in ${line} ${level}`),
    listen: (driven) => void listeners.push(driven),
    high: () => [...high],
    // QEMU takes them for low, and would tell nobody when one falls. The register of their data takes the address' bits 2 to 9
    // for a mask.
    async restore(lines) {
      const mask = lines.reduce((sum, line) => sum | (1 << line), 0)
      for (const data of [0, mask]) await qtest.command(`writel ${REGISTERS + (mask << 2)} ${data}`)
    },
  }
}
