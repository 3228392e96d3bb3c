// The QEMU Machine Protocol over a socket: commands are answered in order, events come between.
import type { Socket } from 'node:net'
import { readLines } from './lines.ts'

export interface Qmp {
  /** Resolves to what the command returns; rejects with QEMU's own words. */
  execute<T = unknown>(command: string, args?: Readonly<Record<string, unknown>>): Promise<T>
  /** A command of the human monitor; rejects when it prints anything. */
  monitor(line: string): Promise<void>
}

interface Waiting {
  readonly command: string
  readonly resolve: (value: never) => void
  readonly reject: (cause: Error) => void
}

/** Ready for commands when it resolves. */
export async function createQmp(socket: Socket): Promise<Qmp> {
  const waiting: Waiting[] = []
  readLines(socket, (line) => {
    const message = JSON.parse(line)
    // The greeting and events answer nothing.
    if (!('return' in message) && !('error' in message)) return
    const { command, resolve, reject } = waiting.shift()!
    if ('error' in message) reject(new Error(`QMP ${command}: ${message.error.desc}`))
    else resolve(message.return as never)
  })
  socket.once('close', () => {
    for (const { command, reject } of waiting.splice(0)) reject(new Error(`QMP ${command}: the machine is off`))
  })
  const execute = <T>(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new Error(`QMP ${command}: the machine is off`))
      waiting.push({ command, resolve, reject })
      socket.write(JSON.stringify({ execute: command, arguments: args }) + '\n')
    })
  await execute('qmp_capabilities')
  return {
    execute,
    async monitor(line) {
      const said = await execute<string>('human-monitor-command', { 'command-line': line })
      if (said !== '') throw new Error(`monitor ${line}: ${said.trim()}`)
    },
  }
}
