// Something that gives sound, takes it, or both: a call, a file, a device, a tone. Media are connected to a graph on the bridge.
import type { PortId, PortState } from '../../media/contract.ts'
import type { Endpoint } from './endpoint.ts'
import { OperationError } from './errors.ts'
import { INVALID_ID } from './names.ts'

export interface ConfPortInfo {
  readonly portId: number
  readonly name: string
  /** Numbers of the ports that hear this one. */
  readonly listeners: readonly number[]
}

/** Greatest factor of a level; 20 dB. */
const MAX_LEVEL = 10
const MIN_DB = -60

export abstract class AudioMedia {
  protected readonly endpoint: Endpoint
  #giveDb: number | undefined = 0
  #takeDb: number | undefined = 0

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint
  }

  /** Its name at the media engine; undefined while it has no port. */
  abstract get port(): PortId | undefined

  /** Its number at the bridge; INVALID_ID while it has no port. */
  getPortId(): number {
    return this.endpoint.inner('getPortId').bridge.slot(this.port)
  }

  getPortInfo(): ConfPortInfo {
    const { bridge } = this.endpoint.inner('getPortInfo')
    const port = this.needed('getPortInfo')
    return {
      portId: bridge.slot(port),
      name: port,
      listeners: bridge.listeners(port).map((each) => bridge.slot(each)),
    }
  }

  /** From now on `sink` hears this. Again: nothing changes. */
  startTransmit(sink: AudioMedia): void {
    const { bridge } = this.endpoint.inner('startTransmit')
    bridge.connect(this.needed('startTransmit'), sink.needed('startTransmit'))
  }

  stopTransmit(sink: AudioMedia): void {
    const { bridge } = this.endpoint.inner('stopTransmit')
    if (!bridge.disconnect(this.needed('stopTransmit'), sink.needed('stopTransmit')))
      throw new OperationError('stopTransmit', 'state', 'they are not connected')
  }

  /** How loud it is to the others: 1 as it comes, 0 not at all, at most 10. */
  adjustRxLevel(level: number): void {
    this.#giveDb = decibels('adjustRxLevel', level)
    this.#gain('adjustRxLevel')
  }

  /** How loud the others are to it. */
  adjustTxLevel(level: number): void {
    this.#takeDb = decibels('adjustTxLevel', level)
    this.#gain('adjustTxLevel')
  }

  /** How loud it was to the others in the last 100 ms: 0 to 1, which is a full-scale sine. */
  async getRxLevel(): Promise<number> {
    return 10 ** ((await this.state('getRxLevel')).giveDb / 20)
  }

  /** How loud the others were to it. */
  async getTxLevel(): Promise<number> {
    return 10 ** ((await this.state('getTxLevel')).takeDb / 20)
  }

  protected async state(operation: string): Promise<PortState> {
    const state = await this.endpoint.inner(operation).seat.portState(this.needed(operation))
    if (state === undefined) throw new OperationError(operation, 'state', 'there is no media now')
    return state
  }

  #gain(operation: string): void {
    const port = this.needed(operation)
    this.endpoint.inner(operation).seat.media({ kind: 'set-gain', port, giveDb: this.#giveDb, takeDb: this.#takeDb })
  }

  /** Its port; throws when it has none. */
  needed(operation: string): PortId {
    const { port } = this
    if (port === undefined || this.endpoint.inner(operation).bridge.slot(port) === INVALID_ID)
      throw new OperationError(operation, 'state', 'there is no media now')
    return port
  }
}

/** Undefined mutes. */
function decibels(operation: string, level: number): number | undefined {
  if (!(level >= 0 && level <= MAX_LEVEL))
    throw new OperationError(operation, 'argument', `level: expected 0 to ${MAX_LEVEL}, got ${level}`)
  return level === 0 ? undefined : Math.max(MIN_DB, 20 * Math.log10(level))
}
