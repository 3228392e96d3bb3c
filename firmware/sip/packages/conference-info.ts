// application/conference-info+xml: who is in a conference (RFC 4575): the part a phone can show, and how changes go onto it.
import { ok, type Result } from '../../base/result.ts'
import { attribute, childOf, childrenOf, type XmlElement } from '../../base/xml/document.ts'
import { node, printXml, type XmlNode } from '../../base/xml/print.ts'
import { type BodyError, parseRoot, required, textOf, truthOf, wholeOf, wordOf, wrong } from './body.ts'
import { versionOf } from './version.ts'

export const CONFERENCE_INFO = 'application/conference-info+xml'
const NS = 'urn:ietf:params:xml:ns:conference-info'

/** How an element stands to what is known: it takes its place, is added to it, or it is gone (§4.4). */
export type Part = 'full' | 'partial' | 'deleted'

export interface ConferenceUser {
  readonly entity: string
  readonly state: Part
  readonly display: string | undefined
  readonly endpoints: readonly ConferenceEndpoint[]
}

export interface ConferenceEndpoint {
  readonly entity: string
  readonly state: Part
  /** `pending`, `dialing-out`, `dialing-in`, `alerting`, `on-hold`, `connected`, `muted-via-focus`, `disconnecting`, `disconnected`. */
  readonly status: string | undefined
}

export interface ConferenceInfo {
  readonly entity: string
  readonly version: number
  readonly state: Part
  readonly display: string | undefined
  readonly subject: string | undefined
  readonly userCount: number | undefined
  readonly active: boolean | undefined
  readonly locked: boolean | undefined
  readonly users: readonly ConferenceUser[]
}

export function parseConferenceInfo(body: string): Result<ConferenceInfo, BodyError> {
  const root = parseRoot(body, 'conference-info', NS)
  if (!root.ok) return root
  const entity = required(root.value, 'entity')
  if (!entity.ok) return entity
  const version = versionOf(root.value)
  if (version === undefined) return wrong(root.value.line, 'version is not a number of 32 bits')
  const state = partOf(root.value)
  if (state === undefined) return wrong(root.value.line, 'state is not full, partial or deleted')
  const description = childOf(root.value, 'conference-description')
  const now = childOf(root.value, 'conference-state')
  const list = childOf(root.value, 'users')
  const users: ConferenceUser[] = []
  for (const each of list ? childrenOf(list, 'user') : []) {
    const user = userOf(each)
    if (!user.ok) return user
    users.push(user.value)
  }
  return ok({
    ...{ entity: entity.value, version, state, users },
    display: textOf(description && childOf(description, 'display-text')),
    subject: textOf(description && childOf(description, 'subject')),
    userCount: wholeOf(now && childOf(now, 'user-count')?.text),
    active: truthOf(now && childOf(now, 'active')?.text),
    locked: truthOf(now && childOf(now, 'locked')?.text),
  })
}

/** §5: `full` when it does not say. */
const partOf = (element: XmlElement): Part | undefined =>
  wordOf(attribute(element, 'state') ?? 'full', ['full', 'partial', 'deleted'])

function userOf(element: XmlElement): Result<ConferenceUser, BodyError> {
  const entity = required(element, 'entity')
  if (!entity.ok) return entity
  const state = partOf(element)
  if (state === undefined) return wrong(element.line, 'state of a user is not full, partial or deleted')
  const endpoints: ConferenceEndpoint[] = []
  for (const each of childrenOf(element, 'endpoint')) {
    const named = required(each, 'entity')
    const part = partOf(each)
    if (!named.ok) return named
    if (part === undefined) return wrong(each.line, 'state of an endpoint is not full, partial or deleted')
    endpoints.push({ entity: named.value, state: part, status: textOf(childOf(each, 'status')) })
  }
  return ok({ entity: entity.value, state, display: textOf(childOf(element, 'display-text')), endpoints })
}

/** Users of one conference; beyond, the newest are not kept. */
const MOST_USERS = 1024

/**
 * What is known after a document; `known` as this returned it before. `lost`: one before it never came, so the whole has to be
 * asked for by a refresh; `stale`: it is older than what is known. Undefined: the conference is over.
 */
export function applyConferenceInfo(
  known: ConferenceInfo | undefined,
  info: ConferenceInfo,
): ConferenceInfo | 'lost' | 'stale' | undefined {
  if (known !== undefined && info.version <= known.version) return 'stale'
  if (info.state === 'deleted') return undefined
  if (info.state === 'full') return { ...info, users: merged([], info.users, ofUser) }
  if (known === undefined || info.version !== known.version + 1) return 'lost'
  return {
    ...{ entity: info.entity, version: info.version, state: 'full' },
    display: info.display ?? known.display,
    subject: info.subject ?? known.subject,
    userCount: info.userCount ?? known.userCount,
    active: info.active ?? known.active,
    locked: info.locked ?? known.locked,
    users: merged(known.users, info.users, ofUser),
  }
}

interface Named {
  readonly entity: string
  readonly state: Part
}

function merged<T extends Named>(old: readonly T[], news: readonly T[], onto: (old: T | undefined, next: T) => T): T[] {
  const all = new Map(old.map((each) => [each.entity, each]))
  for (const each of news) {
    if (each.state === 'deleted') all.delete(each.entity)
    else if (all.has(each.entity) || all.size < MOST_USERS)
      all.set(each.entity, onto(each.state === 'partial' ? all.get(each.entity) : undefined, each))
  }
  return [...all.values()]
}

const ofUser = (old: ConferenceUser | undefined, next: ConferenceUser): ConferenceUser => ({
  ...{ entity: next.entity, state: 'full', display: next.display ?? old?.display },
  endpoints: merged(old?.endpoints ?? [], next.endpoints, ofEndpoint),
})

const ofEndpoint = (old: ConferenceEndpoint | undefined, next: ConferenceEndpoint): ConferenceEndpoint => ({
  ...{ entity: next.entity, state: 'full', status: next.status ?? old?.status },
})

export function printConferenceInfo(info: ConferenceInfo): string {
  const { entity, version, state, display, subject, userCount, active, locked, users } = info
  return printXml(
    node('conference-info', { xmlns: NS, entity, version: String(version), state }, [
      group('conference-description', [leaf('display-text', display), leaf('subject', subject)]),
      group('conference-state', [
        ...[leaf('user-count', userCount?.toString()), leaf('active', active?.toString())],
        leaf('locked', locked?.toString()),
      ]),
      group('users', users.map(userNode)),
    ]),
  )
}

const leaf = (name: string, text: string | undefined): XmlNode | undefined =>
  text === undefined ? undefined : node(name, {}, text)
const group = (name: string, children: readonly (XmlNode | undefined)[]): XmlNode | undefined =>
  children.some((child) => child !== undefined) ? node(name, {}, children) : undefined
const userNode = ({ entity, state, display, endpoints }: ConferenceUser): XmlNode =>
  node('user', { entity, state }, [
    leaf('display-text', display),
    ...endpoints.map((each) =>
      node('endpoint', { entity: each.entity, state: each.state }, [leaf('status', each.status)]),
    ),
  ])
