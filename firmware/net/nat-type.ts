// Which kind of NAT is between us and a STUN server that has two addresses (RFC 3489 §10.1).
import type { SocketAddress } from '../base/address.ts'
import { sameHost } from '../base/ip.ts'
import { err, ok, type Result } from '../base/result.ts'
import { type BindingResponse, bindingRequest, type ChangeRequest, parseBindingResponse } from './stun-message.ts'
import { openUdp } from './udp.ts'

/** RFC 3489 §5 and what stands around it: nothing between, a firewall that lets answers in, or nothing gets through. */
export type NatType =
  | 'open'
  | 'blocked'
  | 'symmetric-firewall'
  | 'full-cone'
  | 'restricted'
  | 'port-restricted'
  | 'symmetric'

/** When a request is sent again, ms after the first, and when it has failed. */
const SEND_AT = [0, 250, 750, 1750]
const GIVE_UP_MS = 2500

const SAME: ChangeRequest = { address: false, port: false }
const BOTH: ChangeRequest = { address: true, port: true }
const PORT: ChangeRequest = { address: false, port: true }

/** `newTransaction`: 12 bytes, not to be guessed. The error says why nothing can be found out. */
export async function natType(
  localAddress: string,
  server: SocketAddress,
  newTransaction: () => string,
): Promise<Result<NatType, string>> {
  const asker = openAsker(localAddress, newTransaction)
  if (!asker.ok) return asker
  const { local, ask, close } = asker.value
  try {
    const first = await ask(server, SAME)
    if (first === undefined) return ok('blocked')
    if (first.mapped === undefined) return err('the STUN server refuses')
    if (first.other === undefined) return err('the STUN server has no second address')
    const changed = await ask(server, BOTH)
    if (same(first.mapped, local)) return ok(changed === undefined ? 'symmetric-firewall' : 'open')
    if (changed !== undefined) return ok('full-cone')
    const second = await ask(first.other, SAME)
    if (second?.mapped === undefined) return err('the second address of the STUN server does not answer')
    if (!same(first.mapped, second.mapped)) return ok('symmetric')
    return ok((await ask(server, PORT)) === undefined ? 'port-restricted' : 'restricted')
  } finally {
    close()
  }
}

function openAsker(localAddress: string, newTransaction: () => string) {
  const waiting = new Map<string, (response: BindingResponse) => void>()
  try {
    const socket = openUdp({
      ...{ address: localAddress, port: 0 },
      onDatagrams(batch) {
        for (const { data } of batch) {
          const response = parseBindingResponse(data)
          if (response) waiting.get(response.transaction)?.(response)
        }
      },
      // Silence and refusal are the same here: the request is repeated, then it has failed.
      onUnreachable() {},
      onError() {},
    })
    const ask = (to: SocketAddress, change: ChangeRequest): Promise<BindingResponse | undefined> =>
      new Promise((resolve) => {
        const transaction = newTransaction()
        const data = bindingRequest(transaction, change)
        const sends = SEND_AT.map((at) => setTimeout(() => socket.send(to, data), at))
        const finish = (response: BindingResponse | undefined) => {
          for (const timer of [...sends, late]) clearTimeout(timer)
          waiting.delete(transaction)
          resolve(response)
        }
        const late = setTimeout(() => finish(undefined), GIVE_UP_MS)
        waiting.set(transaction, finish)
      })
    return ok({ local: socket.local, ask, close: () => socket.close() })
  } catch (error) {
    return err((error as NodeJS.ErrnoException).code ?? String(error))
  }
}

const same = (a: SocketAddress, b: SocketAddress): boolean => a.port === b.port && sameHost(a.address, b.address)
