// The media of one call: its socket pair until something is agreed, then its bridge port, until it ends.
// Every pair taken is opened or released, and every port opened is closed, exactly once.
import { sameWithSecrets } from '../base/secret.ts'
import type { PortId, StreamConfig } from '../media/contract.ts'
import type { Pair, PairStock } from '../media/pair-stock.ts'
import type { CallId, CallMedia } from './contract.ts'
import type { Tell } from './tell.ts'

type State =
  /** Named in an offer or answer perhaps, not opened yet. */
  | { readonly name: 'reserved'; readonly pair: Pair }
  /** `next`: where its sockets are to be from the next agreement on. */
  | { readonly name: 'open'; readonly stream: StreamConfig; readonly next?: Pair | undefined }
  /** The engine could not: the port is closed all the same, once. */
  | { readonly name: 'failed' }
  | { readonly name: 'closed' }

/** Who holds whom; our own hold outranks theirs. */
export type Hold = 'none' | 'local' | 'remote'
const STATUS = { none: 'active', local: 'local-hold', remote: 'remote-hold' } as const

export interface CallPort {
  readonly media: CallMedia
  readonly port: PortId
  /** Where its media comes to, or is to come to. */
  readonly address: string
  /** It sends from other ports than it listens on. */
  readonly apart: boolean
  /** Negotiation is complete: opens the port, or changes it. Tells the application. */
  agree(stream: StreamConfig, hold: Hold, tell: Tell): void
  /** The host has another address: `pair` is there. */
  move(pair: Pair, tell: Tell): void
  fail(tell: Tell): void
  /** The end; doing it again does nothing. */
  close(tell: Tell): void
}

const NONE: CallMedia = { status: 'none', direction: 'inactive', codec: '', port: undefined, dtmf: false }

export function createCallPort(call: CallId, pair: Pair, stock: PairStock): CallPort {
  const port = `call:${call}`
  let state: State = { name: 'reserved', pair }
  let media = NONE
  let { address } = pair
  const apart = pair.sendPair !== undefined

  function show(next: CallMedia, tell: Tell): void {
    media = next
    tell.app({ kind: 'call-media', call, media })
  }

  function open(sockets: Pair, stream: StreamConfig, tell: Tell): void {
    const { pair, sendPair } = sockets
    tell.media({ kind: 'open-stream', port, pair, ...(sendPair !== undefined && { sendPair }), stream })
    stock.opened(sockets)
  }

  return {
    port,
    apart,
    get address() {
      return address
    },
    get media() {
      return media
    },
    agree(stream, hold, tell) {
      switch (state.name) {
        case 'reserved':
          open(state.pair, stream, tell)
          break
        case 'open':
          if (state.next) {
            tell.media({ kind: 'close-port', port })
            show(NONE, tell)
            open(state.next, stream, tell)
          } else if (!sameWithSecrets(stream, state.stream)) tell.media({ kind: 'update-stream', port, stream })
          break
        case 'failed':
        case 'closed':
          return
      }
      state = { name: 'open', stream }
      show(mediaOf(port, stream, hold), tell)
    },
    move(pair, tell) {
      address = pair.address
      switch (state.name) {
        case 'reserved':
          stock.release(state.pair, tell.media)
          state = { name: 'reserved', pair }
          return
        case 'open':
          if (state.next) stock.release(state.next, tell.media)
          state = { ...state, next: pair }
          return
        case 'failed':
        case 'closed':
          stock.release(pair, tell.media)
      }
    },
    fail(tell) {
      if (state.name !== 'open') return
      if (state.next) stock.release(state.next, tell.media)
      state = { name: 'failed' }
      show({ ...media, status: 'error', port: undefined }, tell)
    },
    close(tell) {
      const was = state.name
      if (state.name === 'reserved') {
        stock.release(state.pair, tell.media)
      } else if (state.name !== 'closed') {
        if (state.name === 'open' && state.next) stock.release(state.next, tell.media)
        tell.media({ kind: 'close-port', port })
      }
      state = { name: 'closed' }
      if (was === 'open' || was === 'failed') show(NONE, tell)
    },
  }
}

function mediaOf(port: PortId, { direction, send, eventSend, srtp }: StreamConfig, hold: Hold): CallMedia {
  const codec = `${send.name}/${send.clockRate}`
  const secured = srtp === undefined ? {} : { srtp: srtp.suite }
  return { status: STATUS[hold], direction, codec, port, dtmf: eventSend !== undefined, ...secured }
}
