// A 2xx to REGISTER (RFC 3261 §10.2.4): our binding among those listed, and what came with it (RFC 3327, 3608, 5626, 5627).
import { sameHost } from '../../../base/ip.ts'
import { contactExpires, contacts, expires, flowTimer, paths, requires, serviceRoutes } from '../../message/headers.ts'
import type { NameAddr, SipResponse, Uri } from '../../message/message.ts'
import { printNameAddr } from '../../message/name-addr.ts'
import { param } from '../../message/params.ts'
import { isSip, parseUri, printUri, sameUri } from '../../message/uri.ts'

/** How we named ourselves. */
export interface Named {
  readonly contact: string
  readonly instance: string | undefined
  readonly regId: number | undefined
  /** Of all our flows. */
  readonly regIds: readonly number[]
  /** A Contact of ours before this one; '' when there was none. */
  readonly before: string
}

export interface Granted {
  readonly contacts: readonly string[]
  /** Seconds; undefined: not said. */
  readonly expires: number | undefined
  readonly path: readonly string[]
  readonly serviceRoute: readonly NameAddr[]
  readonly publicGruu: string | undefined
  readonly temporaryGruu: string | undefined
  /** The registrar knows Outbound (RFC 5626 §6). */
  readonly outbound: boolean
  readonly flowTimerMs: number | undefined
  /** Contact values that take away what is left of us from before. */
  readonly leftovers: readonly string[]
}

/** A Flow-Timer below or above is none a server means, ms: RFC 5626 §4.4.1 ends at 840 s. */
const FLOW_TIMER = { least: 5_000, most: 840_000 }
const MAX_LEFTOVERS = 8

export function grantedBy(response: SipResponse, named: Named): Granted {
  const listed = contacts(response)
  const all = listed.ok && listed.value !== '*' ? listed.value : []
  const mine = all.find((each) => isMine(each, named))
  const routes = serviceRoutes(response)
  const through = paths(response)
  const timer = flowTimer(response)
  return {
    contacts: all.map(({ uri }) => printUri(uri)),
    expires: (mine && contactExpires(mine)) ?? expires(response),
    path: through.ok ? through.value.map(printNameAddr) : [],
    serviceRoute: routes.ok ? routes.value.filter(({ uri }) => isSip(uri)) : [],
    publicGruu: gruu(mine, 'pub-gruu'),
    temporaryGruu: gruu(mine, 'temp-gruu'),
    outbound: named.regId !== undefined && requires(response).includes('outbound'),
    flowTimerMs: timer === undefined ? undefined : Math.min(Math.max(timer * 1000, FLOW_TIMER.least), FLOW_TIMER.most),
    leftovers: all
      .filter((each) => each !== mine && isLeftover(each, named))
      .map(removal)
      .slice(0, MAX_LEFTOVERS),
  }
}

function isMine(contact: NameAddr, { contact: ours, instance, regId }: Named): boolean {
  const theirs = param(contact.params, 'reg-id')
  if (instance !== undefined && regId !== undefined && theirs !== undefined)
    return instanceOf(contact) === instance && Number(theirs) === regId
  return isAt(contact, ours)
}

/** Of this device and none of its flows: never what another device has bound. */
function isLeftover(contact: NameAddr, { contact: ours, instance, regId, regIds, before }: Named): boolean {
  if (isAt(contact, ours)) return false
  if (before !== '' && isAt(contact, before) && instanceOf(contact) === undefined) return true
  if (instance === undefined || instanceOf(contact) !== instance) return false
  const theirs = param(contact.params, 'reg-id')
  return theirs === undefined || regId === undefined || !regIds.includes(Number(theirs))
}

const instanceOf = ({ params }: NameAddr): string | undefined => param(params, '+sip.instance')?.replace(/^<|>$/g, '')

const isAt = ({ uri }: NameAddr, ours: string): boolean => {
  const own = parseUri(ours)
  return own.ok && isSameBinding(uri, own.value)
}

/** §10.2.4, §19.1.4; a registrar may add parameters of its own to the URI. */
const isSameBinding = (theirs: Uri, ours: Uri): boolean =>
  sameUri(theirs, ours) ||
  (isSip(theirs) &&
    isSip(ours) &&
    theirs.user === ours.user &&
    sameHost(theirs.host, ours.host) &&
    (theirs.port ?? 5060) === (ours.port ?? 5060))

/** RFC 5627 §4.2: a SIP URI, or it is of no use. */
function gruu(mine: NameAddr | undefined, name: string): string | undefined {
  const uri = parseUri((mine && param(mine.params, name)) ?? '')
  return uri.ok && isSip(uri.value) ? printUri(uri.value) : undefined
}

/** §10.2.2; a binding of a flow is known by instance and reg-id (RFC 5626 §6). */
function removal({ uri, params }: NameAddr): string {
  const flow = params.some(({ name }) => name === 'reg-id')
  const kept = flow ? params.filter(({ name }) => name === 'reg-id' || name === '+sip.instance') : []
  return printNameAddr({ display: '', uri, params: [...kept, { name: 'expires', value: '0' }] })
}
