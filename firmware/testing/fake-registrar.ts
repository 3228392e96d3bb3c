// A registrar on the stage: bindings per address of record, Digest, 423; what it does is set by its options.
import type { SocketAddress } from '../base/address.ts'
import { Secret } from '../base/secret.ts'
import { challenge, verify } from '../sip/auth/server.ts'
import { contactExpires, contacts, expires } from '../sip/message/headers.ts'
import type { SipRequest } from '../sip/message/message.ts'
import { printUri } from '../sip/message/uri.ts'
import { ScriptedPeer } from './scripted-peer.ts'
import type { Stage } from './stage.ts'

export interface RegistrarOptions {
  /** Asks for credentials when given. */
  readonly password?: string
  readonly minExpires?: number
  /** Grants no more than this, seconds. */
  readonly maxExpires?: number
  /** A nonce is stale after so many uses. */
  readonly nonceUses?: number
}

const REALM = 'example.com'

export class FakeRegistrar {
  readonly peer: ScriptedPeer
  /** Contact URI by Call-ID. */
  readonly bindings = new Map<string, string>()
  options: RegistrarOptions
  /** Says nothing at all. */
  silent = false
  #nonce = 1
  #uses = 0

  constructor(stage: Stage, address: string, options: RegistrarOptions = {}) {
    this.options = options
    this.peer = new ScriptedPeer(stage, 'registrar', address)
    this.peer.on('REGISTER', (request, from) => this.#register(request, from))
  }

  #register(request: SipRequest, from: SocketAddress): void {
    if (this.silent) return
    const refusal = this.#authenticate(request)
    if (refusal !== undefined) {
      this.peer.reply(request, from, { status: 401, headers: refusal.map((value) => `WWW-Authenticate: ${value}`) })
      return
    }
    const list = contacts(request)
    const contact = list.ok && list.value !== '*' ? list.value[0] : undefined
    if (contact === undefined) throw new Error('REGISTER without a Contact')
    const asked = contactExpires(contact) ?? expires(request) ?? 3600
    const { minExpires = 0, maxExpires = 7200 } = this.options
    if (asked > 0 && asked < minExpires) {
      this.peer.reply(request, from, { status: 423, headers: [`Min-Expires: ${minExpires}`] })
      return
    }
    const granted = Math.min(asked, maxExpires)
    if (granted === 0) this.bindings.delete(request.callId)
    else this.bindings.set(request.callId, printUri(contact.uri))
    const lines = [...this.bindings.values()].map((uri) => `Contact: <${uri}>;expires=${granted}`)
    this.peer.reply(request, from, { status: 200, headers: ['Contact: <sip:other@10.9.9.9>;expires=77', ...lines] })
  }

  /** Challenges to send; undefined when the request is authenticated. */
  #authenticate(request: SipRequest): readonly string[] | undefined {
    const { password, nonceUses = Number.POSITIVE_INFINITY } = this.options
    if (password === undefined) return undefined
    const now = `nonce${this.#nonce}`
    const value = request.header('Authorization')
    const options = { realm: REALM, algorithms: ['MD5'], qop: ['auth'] as const }
    if (value === undefined) return challenge({ ...options, nonce: now, stale: false })
    const verdict = verify(
      value,
      { method: 'REGISTER', uri: request.uriText, body: '' },
      {
        realm: REALM,
        algorithms: ['MD5'],
        nonce: (nonce) => (nonce === now && this.#uses < nonceUses ? { count: this.#uses } : 'stale'),
        kept: () => ({ password: new Secret(password) }),
      },
    )
    if (verdict.kind === 'accepted') {
      this.#uses = verdict.count
      return undefined
    }
    this.#uses = 0
    return challenge({ ...options, nonce: `nonce${++this.#nonce}`, stale: verdict.kind === 'stale' })
  }
}
