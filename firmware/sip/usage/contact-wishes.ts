// What accounts want said in their Contacts beside what the stack says there, by the user of the Contact (RFC 3261 §20.10).
import { isIpv6 } from '../../base/ip.ts'
import type { Identity } from '../core/contract.ts'
import { all, TOKEN } from '../message/chars.ts'
import type { Parameters } from '../message/message.ts'
import { printParams } from '../message/params.ts'
import { isSip, parseUri } from '../message/uri.ts'

export interface ContactWish {
  /** As they follow the URI; '': none. */
  readonly params: string
  readonly uriParams: Parameters
  /** Instead of our own address. */
  readonly place: Identity['contactPlace']
}

export type ContactParams = Readonly<Record<string, string | undefined>>

const NONE: ContactWish = { params: '', uriParams: [], place: undefined }
/** Far beyond the accounts there are. */
const MAX_USERS = 1000
/** Written by the stack. */
const OURS = ['expires', 'q', '+sip.instance', 'reg-id']
const OURS_IN_URI = ['transport', 'ob', 'gr', 'lr', 'maddr', 'method', 'ttl']

/** What of it cannot stand in a Contact, or would stand there twice; undefined: nothing. */
export function contactProblem(params: ContactParams, uriParams: ContactParams = {}): string | undefined {
  const wrong =
    Object.entries(params).find(([name, value = '']) => !isParam(name, value, OURS)) ??
    Object.entries(uriParams).find(([name, value = 'x']) => value === '' || !isParam(name, value, OURS_IN_URI))
  return wrong && `a parameter of the Contact that cannot be sent: ${wrong[0]}`
}

/** A host as it stands in a URI, IPv6 without brackets; undefined: nothing is wrong. */
export const placeProblem = ({ host, port }: NonNullable<Identity['contactPlace']>): string | undefined => {
  const uri = parseUri(`sip:${isIpv6(host) ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`)
  return uri.ok && isSip(uri.value) && uri.value.params.length === 0 && uri.value.headers.length === 0
    ? undefined
    : `a place of the Contact that is none: ${host}`
}

const isParam = (name: string, value: string, ours: readonly string[]): boolean =>
  name !== '' && all(name, TOKEN) && !ours.includes(name.toLowerCase()) && /^[^\r\n\0]*$/.test(value)

export class ContactWishes {
  readonly #byUser = new Map<string, ContactWish>()

  of(user: string): ContactWish {
    return this.#byUser.get(user) ?? NONE
  }

  /** From now on of Contacts of `user`. Why it cannot be said there, or undefined. */
  note(
    { contactUser, contactParams = {}, contactUriParams = {}, contactPlace: place }: Identity,
    user = contactUser,
  ): string | undefined {
    const problem = contactProblem(contactParams, contactUriParams) ?? (place && placeProblem(place))
    if (problem !== undefined) return problem
    this.#byUser.delete(user)
    const [params, uriParams] = [contactParams, contactUriParams].map(paramsOf)
    if (params!.length + uriParams!.length === 0 && place === undefined) return undefined
    const [oldest] = this.#byUser.keys()
    if (this.#byUser.size >= MAX_USERS && oldest !== undefined) this.#byUser.delete(oldest)
    this.#byUser.set(user, { params: printParams(params!), uriParams: uriParams!, place })
    return undefined
  }
}

export const paramsOf = (given: ContactParams): Parameters =>
  Object.entries(given).map(([name, value]) => ({ name, value }))

/** The same, with these in front of those of its URI. */
export const withUriParams = (wish: ContactWish, first: Parameters): ContactWish =>
  first.length === 0 ? wish : { ...wish, uriParams: [...first, ...wish.uriParams] }
