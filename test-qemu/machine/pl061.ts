// The eight GPIO lines of QEMU's board virt, moved and watched through qtest: real interrupts in the guest, no driver of ours.
import type { Socket } from 'node:net'
import type { Level } from '../../hal/api/lines.ts'
import type { Chip } from './chip.ts'
import type { Qmp } from './qmp.ts'
import { createQtest } from './qtest.ts'

/**
 * The board pulls its lines down, and a line that floats looks like one driven low from outside: what is told here is
 * only ever `1` or, for low and floating alike, undefined. A matrix on these lines has columns that pull high.
 */
export async function createPl061(qmp: Qmp, socket: Socket): Promise<Chip> {
  const listeners: ((line: number, level: Level | undefined) => void)[] = []
  const qtest = createQtest(socket, (line, level) => {
    for (const listener of listeners) listener(line, level === 1 ? 1 : undefined)
  })
  const children = await qmp.execute<{ name: string; type: string }[]>('qom-list', { path: '/machine/unattached' })
  const found = children.find(({ type }) => type === 'child<pl061>')
  if (found === undefined) throw new Error('this QEMU machine has no PL061')
  const path = `/machine/unattached/${found.name}`
  await qtest.command(`irq_intercept_out ${path}`)
  return {
    label: '9030000.pl061',
    put: (line, level) => void qtest.command(`set_irq_in ${path} unnamed-gpio-in ${line} ${level}`),
    listen: (driven) => void listeners.push(driven),
  }
}
