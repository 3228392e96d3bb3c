// QEMU's qtest protocol beside a running guest: interrupt inputs of a device are set, its outputs are told.
import type { Socket } from 'node:net'
import { readLines } from './lines.ts'

export interface Qtest {
  /** One command; resolves to what follows `OK`. */
  command(line: string): Promise<string>
}

/** `told` hears each change of an output of the device that `irq_intercept_out` named. */
export function createQtest(socket: Socket, told: (line: number, level: 0 | 1) => void): Qtest {
  const waiting: { readonly line: string; resolve(answer: string): void; reject(cause: Error): void }[] = []
  readLines(socket, (line) => {
    const change = /^IRQ (raise|lower) (\d+)$/.exec(line)
    if (change) return told(Number(change[2]), change[1] === 'raise' ? 1 : 0)
    const { line: asked, resolve, reject } = waiting.shift()!
    const answer = /^OK ?(.*)$/.exec(line)
    if (answer) resolve(answer[1]!)
    else reject(new Error(`qtest ${asked}: ${line}`))
  })
  return {
    command: (line) =>
      new Promise((resolve, reject) => {
        // A machine that is off has no lines to set.
        if (socket.destroyed) return resolve('')
        waiting.push({ line, resolve, reject })
        socket.write(line + '\n')
      }),
  }
}
