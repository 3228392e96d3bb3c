// The phone in QEMU: the image on an arm64 machine with two cores, and around it the board that its profile describes.
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BoardState, createEmulatedBoard, type EmulatedBoard } from './board.ts'
import { expectOne } from './lines.ts'
import { KEPT, type MachineOptions, prepare } from './options.ts'
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
  /** Keeps it in this folder, for `from`; it stands still afterwards. Keys must be up and the handset down. */
  save(folder: string): Promise<void>
  /** Presses the power button. */
  powerDown(): Promise<void>
  /** Resolves when the machine is off. */
  readonly ended: Promise<number | null>
  /** Pulls the plug; resolves when nothing of it runs any more. */
  kill(): Promise<void>
}

/** What is kept of the board. */
interface Kept extends BoardState {
  /** Lines of the PL061 the guest drives. */
  readonly high: readonly number[]
}

/** Asks again and again. */
async function until(qmp: Qmp, query: string, holds: (answer: Record<string, string>) => boolean): Promise<void> {
  while (!holds(await qmp.execute(query))) await sleep(10)
}

/** The board at the far ends of QEMU's sockets; then the guest runs. */
async function begin({ board: profile, from }: MachineOptions, sockets: Promise<readonly Socket[]>) {
  const [qmpSocket, qtestSocket, usbSocket] = (await sockets) as [Socket, Socket, Socket]
  const qmp = await createQmp(qmpSocket)
  const pl061 = await createPl061(qmp, qtestSocket)
  const { board, usb, state, restore } = createEmulatedBoard(profile, pl061)
  const adapter = serveUsb(usbSocket, usb, from !== undefined)
  if (from !== undefined) {
    const kept: Kept = JSON.parse(readFileSync(join(from, KEPT.board), 'utf8'))
    restore(kept)
    await until(qmp, 'query-status', ({ status }) => status !== 'inmigrate')
    await pl061.restore(kept.high)
  }
  await qmp.execute('cont')
  return { qmp, pl061, board, state, adapter }
}

/**
 * Resolves when QEMU runs: the phone starts then, or goes on from where it was kept. This process is the board: while it
 * is blocked, nothing there moves.
 */
export async function powerOn(options: MachineOptions): Promise<Machine> {
  const { folder } = options
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
  const pullPlug = (): void => void child.kill('SIGKILL')
  process.once('exit', pullPlug)
  child.stdout!.pipe(log, { end: false })
  child.stderr!.pipe(log, { end: false })
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', failed)
    child.once('close', (code) =>
      log.end(() => {
        process.off('exit', pullPlug)
        rmSync(rendezvous, { recursive: true, force: true })
        failed(new Error(`QEMU ended (${code}):\n${readFileSync(consoleLog, 'utf8').slice(-2000)}`))
        resolve(code)
      }),
    )
  })
  const { qmp, pl061, board, state, adapter } = await begin(options, sockets).catch((error) => {
    pullPlug()
    throw error
  })
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
    async save(to) {
      await qmp.execute('stop')
      await qmp.execute('migrate', { uri: `exec:cat > '${join(to, KEPT.state)}'` })
      await until(qmp, 'query-migrate', ({ status, 'error-desc': why }) => {
        if (status === 'failed') throw new Error(`the machine cannot be kept: ${why}`)
        return status === 'completed'
      })
      const kept: Kept = { ...state(), high: pl061.high() }
      writeFileSync(join(to, KEPT.board), JSON.stringify(kept))
    },
    // A key of a USB keyboard: the button of the board itself shares its line with the key matrix.
    async powerDown() {
      await qmp.execute('send-key', { keys: [{ type: 'qcode', data: 'power' }] })
    },
    async kill() {
      pullPlug()
      await ended
    },
  }
}
