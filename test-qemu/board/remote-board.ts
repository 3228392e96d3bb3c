// The guest's board as a board of this process, and the guest's clock.
import type { Socket } from 'node:net'
import { type Millis, ms } from '../../firmware/base/time.ts'
import type { Board, BoardDescription, BoardEvent } from '../../hal/api/board.ts'
import { readLines } from '../machine/lines.ts'
import type { FromGuest, ToGuest } from './wire.ts'

export interface RemoteBoard extends Board {
  /** The guest's clock; late by at most half of the shortest way to the guest and back, never early. */
  now(): Millis
  /** Resolves when everything the guest has told up to now has been heard. */
  caughtUp(): Promise<void>
  /** What is held of lines and buses; known once it has stopped. */
  held(): readonly string[]
  /** Processor time of the guest's program, ms. */
  usage(): Promise<number>
}

export interface Guest {
  /** Opens the board of the guest's board file. */
  open(): Promise<RemoteBoard>
}

/** How often the clocks are compared; the quickest answer counts. */
const COMPARED = 20

/** Resolves when the guest's program is there. */
export async function meetGuest(socket: Socket): Promise<Guest> {
  const heard = new Set<(message: FromGuest) => void>()
  readLines(socket, (line) => {
    const message: FromGuest = JSON.parse(line)
    for (const hear of heard) hear(message)
  })
  const say = (message: ToGuest): void => void socket.write(JSON.stringify(message) + '\n')
  const next = <S extends FromGuest['said']>(said: S, ref?: number): Promise<Extract<FromGuest, { said: S }>> =>
    new Promise((resolve) => {
      const hear = (message: FromGuest): void => {
        if (message.said !== said || (message.said === 'now' && message.ref !== ref)) return
        heard.delete(hear)
        resolve(message as Extract<FromGuest, { said: S }>)
      }
      heard.add(hear)
    })
  const ask = <S extends FromGuest['said']>(message: ToGuest, said: S, ref?: number) => {
    const answer = next(said, ref)
    say(message)
    return answer
  }
  let refs = 0
  const guestNow = () => ask({ do: 'now', ref: ++refs }, 'now', refs)
  await next('here')
  return {
    async open() {
      const { description } = await ask({ do: 'open' }, 'open')
      return remoteBoard(description)
    },
  }

  async function remoteBoard(description: BoardDescription): Promise<RemoteBoard> {
    let ahead = Number.NEGATIVE_INFINITY
    for (let n = 0; n < COMPARED; n++) {
      const { now } = await guestNow()
      ahead = Math.max(ahead, now - performance.now())
    }
    let stopped: Promise<readonly string[]> | undefined
    let held: readonly string[] = []
    let listen: ((message: FromGuest) => void) | undefined
    return {
      description,
      start(listener: (event: BoardEvent) => void) {
        listen = (message) => {
          if (message.said === 'event') listener(message.event)
        }
        heard.add(listen)
        say({ do: 'start' })
      },
      handle: (command) => say({ do: 'handle', command }),
      async stop() {
        stopped ??= ask({ do: 'stop' }, 'stopped').then((message) => message.held)
        held = await stopped
        if (listen !== undefined) heard.delete(listen)
      },
      now: () => ms(performance.now() + ahead),
      caughtUp: async () => void (await guestNow()),
      held: () => held,
      usage: async () => (await ask({ do: 'usage' }, 'usage')).cpuMs,
    }
  }
}
