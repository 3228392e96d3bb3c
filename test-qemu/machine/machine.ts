// The phone in QEMU: the image on an arm64 machine with two cores, and around it the board that its profile describes.
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createEmulatedBoard, type EmulatedBoard } from './board.ts'
import { expectOne } from './lines.ts'
import { type MachineOptions, prepare } from './options.ts'
import { createPl061 } from './pl061.ts'
import { createQmp, type Qmp } from './qmp.ts'
import { serveUsb, type UsbPlug } from './usbredir.ts'

export interface Machine extends EmulatedBoard {
  readonly qmp: Qmp
  /** The plug of the I²C adapter, with the display and the expander behind it. */
  readonly adapter: UsbPlug
  /** What was printed on the serial line is kept there. */
  readonly consoleLog: string
  /** Resolves when the console has said it; the error shows the end of what it said. */
  said(text: string | RegExp, withinMs?: number): Promise<void>
  /** Presses the power button. */
  powerDown(): Promise<void>
  /** Resolves when the machine is off. */
  readonly ended: Promise<number | null>
  /** Pulls the plug; resolves when nothing of it runs any more. */
  kill(): Promise<void>
}

/** Resolves when QEMU runs; the phone starts then. This process is the board: while it is blocked, nothing there moves. */
export async function powerOn(options: MachineOptions): Promise<Machine> {
  const { folder, board: profile } = options
  const rendezvous = mkdtempSync(join(tmpdir(), 'machine-'))
  const [qmpPath, qtestPath, usbPath] = ['qmp', 'qtest', 'usb'].map((name) => join(rendezvous, name)) as [
    string,
    string,
    string,
  ]
  const words = prepare(options, { qmp: qmpPath, qtest: qtestPath, usb: usbPath })
  const consoleLog = join(folder, 'console.log')
  const log = createWriteStream(consoleLog)

  let failed: (cause: Error) => void = () => {}
  const failure = new Promise<never>((_, reject) => {
    failed = reject
  })
  failure.catch(() => {})
  const sockets = Promise.all([qmpPath, qtestPath, usbPath].map((path) => expectOne(path, failure)))
  const child: ChildProcess = spawn('qemu-system-aarch64', words, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout!.pipe(log, { end: false })
  child.stderr!.pipe(log, { end: false })
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', failed)
    child.once('close', (code) =>
      log.end(() => {
        rmSync(rendezvous, { recursive: true, force: true })
        failed(new Error(`QEMU ended (${code}):\n${readFileSync(consoleLog, 'utf8').slice(-2000)}`))
        resolve(code)
      }),
    )
  })
  const [qmpSocket, qtestSocket, usbSocket] = (await sockets) as [never, never, never]
  const qmp = await createQmp(qmpSocket)
  const { board, usb } = createEmulatedBoard(profile, await createPl061(qmp, qtestSocket))
  const adapter = serveUsb(usbSocket, usb, true)
  const printed = () => readFileSync(consoleLog, 'utf8')
  return {
    ...board,
    ...{ qmp, adapter, consoleLog, ended },
    async said(text, withinMs = 10_000) {
      const end = performance.now() + withinMs
      while (!(typeof text === 'string' ? printed().includes(text) : text.test(printed()))) {
        if (performance.now() > end)
          throw new Error(`the console does not say ${text} but …\n${printed().slice(-2000)}`)
        await sleep(20)
      }
    },
    // A key of a USB keyboard: the button of the board itself shares its line with the key matrix.
    async powerDown() {
      await qmp.execute('send-key', { keys: [{ type: 'qcode', data: 'power' }] })
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
