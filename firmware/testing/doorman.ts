// A peer on the stage that wants a password for everything.
import type { SocketAddress } from '../base/address.ts'
import { Secret } from '../base/secret.ts'
import { challenge, verify } from '../sip/auth/server.ts'
import type { SipRequest } from '../sip/message/message.ts'
import { ScriptedPeer } from './scripted-peer.ts'
import type { Stage } from './stage.ts'

export const REALM = 'example.com'
const SDP = 'v=0\r\n'

/** `secret` is it, for anybody; `Bearer token` will do too. `status` it asks with. */
export class Doorman {
  readonly peer: ScriptedPeer
  readonly status: 401 | 407
  /** What was let in, in order. */
  readonly passed: string[] = []
  #nonces = 0

  constructor(stage: Stage, status: 401 | 407 = 401) {
    this.peer = new ScriptedPeer(stage, 'bob', '10.0.0.2')
    this.status = status
    for (const method of ['INVITE', 'BYE', 'REGISTER', 'SUBSCRIBE', 'PUBLISH', 'MESSAGE', 'REFER', 'INFO', 'UPDATE'])
      this.peer.on(method, (request, from) => this.#asked(request, from))
  }

  #asked(request: SipRequest, from: SocketAddress): void {
    if (!this.#knows(request)) {
      const name = this.status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate'
      const nonce = `n${++this.#nonces}`
      const values = challenge({ realm: REALM, nonce, algorithms: ['SHA-256', 'MD5'], qop: ['auth'], stale: false })
      const headers = values.map((value) => `${name}: ${value}`)
      this.peer.reply(request, from, { status: this.status, headers })
      return
    }
    const { method } = request
    this.passed.push(method)
    const contact = method === 'REGISTER' ? `${request.header('Contact')}` : '<sip:bob@10.0.0.2>'
    const headers = [`Contact: ${contact}`, 'Expires: 600', 'Allow: INVITE, ACK, BYE, UPDATE']
    const described = method === 'INVITE' || method === 'UPDATE'
    this.peer.reply(request, from, { status: 200, headers, body: described ? SDP : '' })
  }

  #knows(request: SipRequest): boolean {
    const value = request.header(this.status === 401 ? 'Authorization' : 'Proxy-Authorization')
    if (value === undefined) return false
    if (value === 'Bearer token') return true
    const asked = { method: request.method, uri: request.uriText, body: request.body }
    const kept = { nonce: () => ({ count: 0 }), kept: () => ({ password: new Secret('secret') }) }
    return verify(value, asked, { realm: REALM, algorithms: ['SHA-256', 'MD5'], ...kept }).kind === 'accepted'
  }
}
