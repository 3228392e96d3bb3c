// A registrar on the stage, with doors to it: bindings, Digest, 423, Path and Service-Route, Outbound, GRUU, as its options say.
import type { SocketAddress } from '../base/address.ts'
import { Secret } from '../base/secret.ts'
import { challenge, verify } from '../sip/auth/server.ts'
import { contactExpires, contacts, expires, supported } from '../sip/message/headers.ts'
import type { NameAddr, SipRequest } from '../sip/message/message.ts'
import { printNameAddr } from '../sip/message/name-addr.ts'
import { param } from '../sip/message/params.ts'
import { printUri } from '../sip/message/uri.ts'
import { ScriptedPeer, type ScriptedReply } from './scripted-peer.ts'
import type { Stage } from './stage.ts'

export interface RegistrarOptions {
  /** Asks for credentials when given. */
  readonly password?: string
  readonly minExpires?: number
  /** Grants no more than this, seconds. */
  readonly maxExpires?: number
  /** A nonce is stale after so many uses. */
  readonly nonceUses?: number
  readonly path?: string
  readonly serviceRoute?: string
  /** Knows RFC 5626. */
  readonly outbound?: boolean
  /** Seconds. */
  readonly flowTimer?: number
  /** Knows RFC 5627. */
  readonly gruu?: boolean
}

export interface Bound {
  readonly contact: NameAddr
  readonly expires: number
}

const REALM = 'example.com'

export class FakeRegistrar {
  readonly peer: ScriptedPeer
  /** Its outbound proxies, `edge1` and on, which know it so well that they answer for it. */
  readonly doors: readonly ScriptedPeer[]
  /** By instance and reg-id, else by Contact URI. */
  readonly bindings = new Map<string, Bound>()
  options: RegistrarOptions
  /** Says nothing at all. */
  silent = false
  /** How often each was used. */
  readonly #nonces = new Map<string, number>()
  /** By branch. */
  readonly #answers = new Map<string, ScriptedReply>()

  constructor(stage: Stage, address: string, options: RegistrarOptions = {}, doors: readonly string[] = []) {
    this.options = options
    this.peer = new ScriptedPeer(stage, 'registrar', address)
    this.doors = doors.map((each, i) => new ScriptedPeer(stage, `edge${i + 1}`, each))
    for (const door of [this.peer, ...this.doors])
      door.on('REGISTER', (request, from) => this.register(door, request, from))
  }

  /** What it does with a REGISTER that came by one of its doors. */
  register(door: ScriptedPeer, request: SipRequest, from: SocketAddress): void {
    if (this.silent) return
    const branch = request.vias[0]?.branch ?? ''
    // §17.2.2: what is sent again gets the same answer again.
    const reply = this.#answers.get(branch) ?? this.#answer(request)
    this.#answers.set(branch, reply)
    door.reply(request, from, reply)
  }

  #answer(request: SipRequest): ScriptedReply {
    const refusal = this.#authenticate(request)
    if (refusal !== undefined) return { status: 401, headers: refusal.map((value) => `WWW-Authenticate: ${value}`) }
    const list = contacts(request)
    const named = list.ok && list.value !== '*' ? list.value : []
    if (named.length === 0) throw new Error('REGISTER without a Contact')
    const { minExpires = 0, maxExpires = 7200 } = this.options
    const asked = named.map((contact) => contactExpires(contact) ?? expires(request) ?? 3600)
    if (asked.some((seconds) => seconds > 0 && seconds < minExpires))
      return { status: 423, headers: [`Min-Expires: ${minExpires}`] }
    named.forEach((contact, i) => {
      const granted = Math.min(asked[i]!, maxExpires)
      if (granted === 0) this.bindings.delete(this.#keyOf(contact))
      else this.bindings.set(this.#keyOf(contact), { contact, expires: granted })
    })
    return { status: 200, headers: this.#granted(request) }
  }

  #granted(request: SipRequest): readonly string[] {
    const { path, serviceRoute, outbound, flowTimer, gruu } = this.options
    const line = (name: string, value: string | undefined) => (value === undefined ? [] : [`${name}: ${value}`])
    const asks = (option: string) => supported(request).includes(option)
    const gruus =
      gruu && asks('gruu')
        ? ';pub-gruu="sip:alice@example.com;gr=urn:uuid:f81d4fae"' +
          `;temp-gruu="sip:t${request.cseq.number}@example.com;gr"`
        : ''
    return [
      'Contact: <sip:other@10.9.9.9>;expires=77',
      ...[...this.bindings.values()].map(({ contact, expires: seconds }) => {
        const params = contact.params.filter(({ name }) => name !== 'expires')
        return `Contact: ${printNameAddr({ ...contact, params })};expires=${seconds}${gruus}`
      }),
      ...line('Path', asks('path') ? path : undefined),
      ...line('Service-Route', serviceRoute),
      ...line('Require', outbound && asks('outbound') ? 'outbound' : undefined),
      ...line('Flow-Timer', flowTimer === undefined ? undefined : `${flowTimer}`),
    ]
  }

  #keyOf({ uri, params }: NameAddr): string {
    const regId = param(params, 'reg-id')
    return this.options.outbound && regId !== undefined ? `${param(params, '+sip.instance')} ${regId}` : printUri(uri)
  }

  /** Challenges to send; undefined when the request is authenticated. */
  #authenticate(request: SipRequest): readonly string[] | undefined {
    const { password, nonceUses = Number.POSITIVE_INFINITY } = this.options
    if (password === undefined) return undefined
    const value = request.header('Authorization')
    const known = { realm: REALM, algorithms: ['MD5'] }
    const verdict =
      value === undefined
        ? undefined
        : verify(
            value,
            { method: 'REGISTER', uri: request.uriText, body: '' },
            {
              ...known,
              nonce: (nonce) => {
                const count = this.#nonces.get(nonce)
                return count === undefined || count >= nonceUses ? 'stale' : { count }
              },
              kept: () => ({ password: new Secret(password) }),
            },
          )
    if (verdict?.kind === 'accepted') {
      this.#nonces.set(verdict.nonce, verdict.count)
      return undefined
    }
    const nonce = `nonce${this.#nonces.size}`
    this.#nonces.set(nonce, 0)
    return challenge({ ...known, qop: ['auth'], nonce, stale: verdict?.kind === 'stale' })
  }
}
