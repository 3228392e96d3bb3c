// Something that gives sound, takes it, or both: a call, a file, a device, a tone. Media are connected to a graph on the bridge.
import { instance } from '../core/guard.ts'
import type { BridgePort, PortId, PortState } from '../core/index.ts'
import { guarded, MEDIA } from './arguments.ts'
import type { Member } from './bridge.ts'
import type { Endpoint } from './endpoint.ts'
import { OperationError, operated } from './errors.ts'
import { INVALID_ID } from './names.ts'

/** A place at the bridge, and who hears it. */
export interface ConfPortInfo {
  readonly portId: number
  readonly name: string
  /** Numbers of the ports that hear this one. */
  readonly listeners: readonly number[]
}

/** Greatest factor of a level; 20 dB. */
const MAX_LEVEL = 10

/** Something with a place at the bridge, of an endpoint that runs; a source, a sink, or both. */
export abstract class AudioMedia implements Member, BridgePort {
  protected readonly endpoint: Endpoint
  #give = 1
  #take = 1

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint
  }

  /** Of its place at the bridge. */
  abstract get name(): string

  /** Its port at the engine's bridge; undefined while it has none. */
  abstract get port(): PortId | undefined

  /** Its number at the bridge; INVALID_ID while it has no place there. */
  getPortId(): number {
    return this.endpoint.inner('getPortId').bridge.slot(this)
  }

  /** Throws while it has no place at the bridge. */
  getPortInfo(): ConfPortInfo {
    const { bridge } = this.endpoint.inner('getPortInfo')
    this.needed('getPortInfo')
    const listeners = bridge.listeners(this).map((each) => bridge.slot(each))
    return { portId: bridge.slot(this), name: this.name, listeners }
  }

  /** From now on `sink` hears this. Again: nothing changes. */
  startTransmit(sink: AudioMedia): void {
    const { bridge } = this.endpoint.inner('startTransmit')
    for (const each of [this, sink]) each.needed('startTransmit')
    bridge.connect(this, sink)
  }

  /** `sink` hears this no more. Throws where it did not hear it. */
  stopTransmit(sink: AudioMedia): void {
    const { bridge } = this.endpoint.inner('stopTransmit')
    for (const each of [this, sink]) each.needed('stopTransmit')
    if (!bridge.disconnect(this, sink)) throw new OperationError('stopTransmit', 'state', 'they are not connected')
  }

  /** How loud it is to the others: 1 as it comes, 0 not at all, at most 10. */
  adjustRxLevel(level: number): void {
    this.#give = checkedLevel('adjustRxLevel', level)
    this.#setLevels('adjustRxLevel')
  }

  /** How loud the others are to it. */
  adjustTxLevel(level: number): void {
    this.#take = checkedLevel('adjustTxLevel', level)
    this.#setLevels('adjustTxLevel')
  }

  /** How loud it was to the others in the last 100 ms: 0 to 1, which is a full-scale sine. */
  async getRxLevel(): Promise<number> {
    return 10 ** ((await this.state('getRxLevel')).giveDb / 20)
  }

  /** How loud the others were to it. */
  async getTxLevel(): Promise<number> {
    return 10 ** ((await this.state('getTxLevel')).takeDb / 20)
  }

  /** Throws where it has no place at the bridge. */
  needed(operation: string): void {
    if (this.endpoint.inner(operation).bridge.slot(this) === INVALID_ID)
      throw new OperationError(operation, 'state', 'there is no media now')
  }

  /** @internal For the façade: levels and position from the media engine; rejects while it has no port. */
  protected async state(operation: string): Promise<PortState> {
    const { engine } = this.endpoint.inner(operation)
    if (this.port === undefined) throw new OperationError(operation, 'state', 'there is no media now')
    return engine.getPortState(this).catch((cause) => {
      throw new OperationError(operation, 'state', 'there is no media now', cause)
    })
  }

  /** It has a port, or another one: what was asked of it is asked again. */
  protected opened(operation: string): void {
    this.endpoint.inner(operation).bridge.opened(this)
    if (this.#give !== 1 || this.#take !== 1) this.#setLevels(operation)
  }

  #setLevels(operation: string): void {
    this.needed(operation)
    const { engine } = this.endpoint.inner(operation)
    if (this.port !== undefined)
      operated(operation, () => engine.setPortLevel(this, 100 * this.#give, 100 * this.#take))
  }
}

function checkedLevel(operation: string, level: number): number {
  if (level >= 0 && level <= MAX_LEVEL) return level
  throw new OperationError(operation, 'argument', `level: expected 0 to ${MAX_LEVEL}, got ${level}`)
}

const sink = [['sink', instance('media of the API', () => AudioMedia)]] as const

guarded(AudioMedia, { startTransmit: sink, stopTransmit: sink, ...MEDIA })
