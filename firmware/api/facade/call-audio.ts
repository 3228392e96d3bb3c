// The sound of a call at the bridge. Whoever was to hear it hears it again when its stream comes back, as after a hold.
import type { PortId } from '../../media/contract.ts'
import { AudioMedia } from './audio-media.ts'
import type { Endpoint } from './endpoint.ts'
import type { Line } from './line.ts'

export class CallAudio extends AudioMedia {
  readonly #line: Line

  constructor(endpoint: Endpoint, line: Line) {
    super(endpoint)
    this.#line = line
  }

  get port(): PortId | undefined {
    return this.#line.media?.port
  }
}
