// Runs in the guest, as the phone's user: opens the board of the board file and does what the host says over the port.
import { createReadStream, createWriteStream, openSync, readdirSync, readlinkSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { chooseBoard } from '../../firmware/runtime/choose-board.ts'
import { type LinuxBoard, openLinuxBoard } from '../../hal/linux/linux-board.ts'
import type { FromGuest, ToGuest } from './wire.ts'

const [device, boardFile] = process.argv.slice(2) as [string, string]
const port = openSync(device, 'r+')
const out = createWriteStream('', { fd: port, autoClose: false })
const say = (message: FromGuest): void => void out.write(JSON.stringify(message) + '\n')
let board: LinuxBoard | undefined

const openFiles = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)]
    } catch {
      // It was the one the folder was read by.
      return []
    }
  })
const held = (): string[] => [
  ...readdirSync('/sys/class/gpio').filter((name) => /^gpio\d/.test(name)),
  ...openFiles().filter((name) => name.startsWith('/dev/i2c-')),
]

async function act(message: ToGuest): Promise<void> {
  switch (message.do) {
    case 'open': {
      const profile = await chooseBoard({ board: '', boardFile })
      if (!profile.ok) throw new Error(profile.error)
      board = await openLinuxBoard(profile.value)
      return say({ said: 'open', description: board.description })
    }
    case 'start':
      return board!.start((event) => say({ said: 'event', event }))
    case 'handle':
      return board!.handle(message.command)
    case 'stop':
      await board?.stop()
      board = undefined
      return say({ said: 'stopped', held: held() })
    case 'now':
      return say({ said: 'now', ref: message.ref, now: performance.now() })
    case 'usage': {
      const { user, system } = process.cpuUsage()
      return say({ said: 'usage', cpuMs: (user + system) / 1000 })
    }
  }
}

createInterface({ input: createReadStream('', { fd: port, autoClose: false }) }).on('line', (line) => {
  act(JSON.parse(line)).catch((error: Error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  })
})
say({ said: 'here' })
