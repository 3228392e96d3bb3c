// Our Contact (RFC 3261 §8.1.1.8), and what registrations have learnt for the requests that follow (RFC 3608, 5626, 5627).
import type { Server } from '../locate/server.ts'
import type { HeaderField, NameAddr } from '../message/message.ts'
import { printUri } from '../message/uri.ts'
import type { LocalTransport } from '../transport/transports.ts'
import type { ContactWish } from './contact-wishes.ts'
import type { UsageEnvironment } from './environment.ts'

/** One way out of an account. */
export interface Way {
  /** Route of requests outside dialogs, next hop first. */
  readonly routes: readonly NameAddr[]
  /** The local transport they leave by. */
  readonly transport: string | undefined
  /** Where the binding is: they go there, while that works. */
  readonly server: Server | undefined
}

export interface Binding {
  /** At least one; the next when the one before leads nowhere. */
  readonly ways: readonly Way[]
  /** The registrar finds the flow to us again by `ob` in our Contact (RFC 5626 §4.3). */
  readonly outbound: boolean
  readonly publicGruu: string | undefined
  readonly temporaryGruu: string | undefined
}

/** By the user of our Contact. */
export type Bindings = Map<string, Binding>

/** Our Contact on a local transport, `secure`: as sips; `user` as it is meant, not as it is written. */
export const contactUri = (
  user: string,
  { protocol, local }: LocalTransport,
  secure: boolean,
  { place = { host: local.address, port: local.port }, uriParams }: Pick<ContactWish, 'place' | 'uriParams'>,
): string =>
  printUri({
    scheme: secure ? 'sips' : 'sip',
    user: user === '' ? undefined : user,
    password: undefined,
    host: place.host,
    port: place.port,
    // RFC 5630 §3.1.4: sips says TLS by itself.
    params: [
      ...(protocol === 'UDP' || secure ? [] : [{ name: 'transport', value: protocol.toLowerCase() }]),
      ...uriParams,
    ],
    headers: [],
  })

/** The Contact by which the peer of a dialog reaches us (RFC 5627 §4.4); a GRUU of sip: does not do where sips: is due. */
export function ourContact(
  { bindings, wishes }: Pick<UsageEnvironment, 'bindings' | 'wishes'>,
  user: string,
  transport: LocalTransport,
  secure: boolean,
  anonymous: boolean,
): string {
  const binding = bindings.get(user)
  const gruu = anonymous ? binding?.temporaryGruu : binding?.publicGruu
  const wish = wishes.of(user)
  const { params } = wish
  if (gruu !== undefined && (!secure || /^sips:/i.test(gruu))) return `<${gruu}>${params}`
  const uri = contactUri(user, transport, secure, wish)
  return `<${uri}${binding?.outbound ? ';ob' : ''}>${params}`
}

/** RFC 3323 §4.1: who asks does not want to be known. */
export const isAnonymous = (headers: readonly HeaderField[]): boolean =>
  headers.some(({ name, value }) =>
    name === 'From'
      ? /@anonymous\.invalid/i.test(value)
      : name.toLowerCase() === 'privacy' && value.toLowerCase() !== 'none',
  )
