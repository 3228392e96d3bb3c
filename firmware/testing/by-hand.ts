// A caller by hand: requests written line by line to a phone called bob, and what comes back.
import { expect } from 'vitest'
import type { SipConfig } from '../sip/core/contract.ts'
import { parseMessage } from '../sip/message/parse.ts'
import { Stage } from './stage.ts'

export const FROM = { address: '10.0.0.9', port: 5060 }

interface Request {
  readonly method?: string
  readonly uri?: string
  readonly branch?: string
  readonly via?: string
  readonly to?: string
  readonly cseq?: number
  readonly callId?: string
  readonly headers?: readonly string[]
  readonly body?: string
}

export function byHand(config: Partial<SipConfig> = {}) {
  const stage = new Stage()
  const bob = stage.phone('bob', '10.0.0.2', config)
  const answers: { readonly text: string; readonly port: number }[] = []
  let branches = 0
  for (const port of [5060, 4444])
    stage.network.bind({ address: FROM.address, port }, ({ data }) => answers.push({ text: data, port }))
  const raw = (data: string, port = 5060) => {
    const before = answers.length
    bob.receive({ from: { ...FROM, port }, to: bob.local, data })
    stage.run(stage.now + 20)
    return answers.slice(before)
  }
  const send = (r: Request, port?: number) => {
    const { method = 'OPTIONS', uri = 'sip:bob@10.0.0.2', to = '<sip:bob@example.com>', cseq = 1, callId = 'c1' } = r
    const { branch = `z9hG4bK${++branches}`, via = `SIP/2.0/UDP 10.0.0.9;branch=${branch}`, body = '' } = r
    const head = [`Via: ${via}`, 'From: <sip:carol@example.com>;tag=f', `To: ${to}`, `Call-ID: ${callId}`]
    const rest = [`CSeq: ${cseq} ${method}`, ...(r.headers ?? []), `Content-Length: ${body.length}`]
    return raw([`${method} ${uri} SIP/2.0`, ...head, ...rest, '', body].join('\r\n'), port)
  }
  /** An INVITE that bob takes; its dialog's To. */
  const confirmed = (): string => {
    bob.on('session-incoming', ({ id }) => bob.respond(id, 200, 'answer'))
    const [ok] = send({ method: 'INVITE', headers: CONTACT, body: 'offer' })
    const to = /^To: (.*)$/m.exec(ok?.text ?? '')?.[1] ?? ''
    send({ method: 'ACK', to, headers: [] })
    expect(bob.states('in:1')).toBe('CONNECTING CONFIRMED')
    return to
  }
  const status = (answered: ReturnType<typeof raw>) => answered.map(({ text }) => Number(text.slice(8, 11)))
  return { stage, bob, raw, send, status, confirmed, answers }
}

export const CONTACT = ['Contact: <sip:carol@10.0.0.9>', 'Content-Type: application/sdp']
export const header = (text: string | undefined, name: string) => {
  const message = parseMessage(text ?? '')
  return message.ok ? message.value.header(name) : undefined
}
