// Root's shell in the guest, typed: a command in, its status and words out.
import { readLines } from '../machine/lines.ts'
import { connectPort } from '../machine/ports.ts'

export interface Done {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface Shell {
  /**
   * Runs a command of the root's shell to its end; there is what Debian's coreutils have, and no more. One at a time, in
   * order. Rejects when the guest is gone, or says more than 700 kB.
   */
  run(command: string): Promise<Done>
  /** Its standard output. Throws when it fails. */
  out(command: string): Promise<string>
  close(): void
}

export const SHELL_PORT = 'hil.shell'

export async function openShell(path: string): Promise<Shell> {
  const socket = await connectPort(path)
  const waiting = new Map<string, { resolve(done: Done): void; reject(error: Error): void }>()
  readLines(socket, (line) => {
    const [id, status, ...texts] = line.split(' ')
    const [stdout, stderr] = texts.map((text) => (text === '-' ? '' : Buffer.from(text, 'base64').toString()))
    waiting.get(id!)?.resolve({ status: Number(status), stdout: stdout!, stderr: stderr! })
    waiting.delete(id!)
  })
  let gone: Error | undefined
  const over = (why: Error) => {
    gone ??= why
    for (const { reject } of waiting.values()) reject(gone)
    waiting.clear()
  }
  socket.on('error', (error) => over(new Error(`the shell in the guest is lost: ${error.message}`)))
  socket.on('close', () => over(new Error('the guest is gone')))
  // Numbers of this connection: an answer to somebody who asked before a snapshot was taken is nobody's.
  const session = Math.random().toString(36).slice(2)
  let asked = 0
  const run = (command: string) =>
    new Promise<Done>((resolve, reject) => {
      if (gone) return reject(gone)
      const id = `${session}-${++asked}`
      waiting.set(id, { resolve, reject })
      socket.write(`${id} ${Buffer.from(command).toString('base64')}\n`)
    })
  return {
    run,
    async out(command) {
      const { status, stdout, stderr } = await run(command)
      if (status !== 0) throw new Error(`in the guest, ${command}: ${status}\n${stdout}${stderr}`)
      return stdout
    },
    close: () => socket.destroy(),
  }
}
