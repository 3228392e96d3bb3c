// A phone that is a console in this process: commands in, answers and events out.
import { afterAll, beforeAll, expect } from 'vitest'
import { type Console, createConsole } from '../console/console.ts'
import type { Line } from './console.ts'

export class ConsolePhone {
  readonly out: Line[] = []
  readonly #console: Console = createConsole((line) => this.out.push(line))
  port = 0

  /** Its answer, which is no error. */
  async do(given: object): Promise<Line> {
    const from = this.out.length
    await this.#console.line(JSON.stringify(given))
    const answer = this.out.slice(from).find((line) => 'ok' in line)
    expect(answer, JSON.stringify(given)).toMatchObject({ ok: true })
    return answer
  }

  wait = (event: string, match: object) => this.do({ do: 'wait', event, match, timeoutMs: 8000 })

  /** Its sound has the RTP ports from `min` on. */
  async start(min: number, device: object = { kind: 'null' }): Promise<void> {
    const rtpPorts = { min, max: min + 39 }
    const { port } = await this.do({ do: 'start', address: '127.0.0.1', maxCalls: 4, rtpPorts, device })
    this.port = port
  }

  account = (user: string, more: object) =>
    this.do({ do: 'account', account: 'me', aor: `sip:${user}@127.0.0.1:${this.port}`, ...more })

  /** A call to `peer` at this address, answered there; the name it has at either side. */
  async talk(peer: ConsolePhone, to: string): Promise<{ readonly call: string; readonly incoming: string }> {
    const from = peer.out.length
    const { call } = await this.do({ do: 'call', to })
    await peer.wait('incoming', {})
    const { call: incoming } = peer.out.slice(from).find((line) => line.event === 'incoming')
    await peer.do({ do: 'answer', call: incoming })
    await this.wait('call-state', { call, state: 'confirmed' })
    return { call, incoming }
  }

  /** Ends the call of `talk`. */
  async over(
    peer: ConsolePhone,
    { call, incoming }: { readonly call: string; readonly incoming: string },
  ): Promise<void> {
    await this.do({ do: 'hangup', call })
    await peer.wait('call-state', { call: incoming, state: 'disconnected' })
  }

  stop = () => this.#console.stop()
}

/** Two for all tests of a file; `min` and the 139 after it are their RTP ports. */
export function twoConsolePhones(min: number): readonly [ConsolePhone, ConsolePhone] {
  const [one, other] = [new ConsolePhone(), new ConsolePhone()] as const
  beforeAll(async () => {
    await one.start(min)
    await other.start(min + 100)
  }, 20_000)
  afterAll(() => Promise.all([one.stop(), other.stop()]))
  return [one, other]
}
