// A Unix socket QEMU connects to when it starts, and text lines on one.
import { createServer, type Socket } from 'node:net'

/** More characters than this without a line's end are not a line. */
const LONGEST = 1_000_000

/** Listens before QEMU is started; resolves with its one connection. Rejects when `failed` does. */
export function expectOne(path: string, failed: Promise<never>): Promise<Socket> {
  const server = createServer()
  const connected = new Promise<Socket>((resolve, reject) => {
    server.once('connection', (socket) => {
      // A peer that is gone is told by `close`.
      socket.on('error', () => {})
      resolve(socket)
    })
    server.once('error', reject)
  })
  server.listen(path)
  return Promise.race([connected, failed]).finally(() => server.close())
}

/** Calls `take` with each line that comes, without its end. A line too long ends the connection, with an error that says so. */
export function readLines(socket: Socket, take: (line: string) => void): void {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) take(line.trimEnd())
    if (rest.length > LONGEST) socket.destroy(new Error(`a line of more than ${LONGEST} characters came`))
  })
}
