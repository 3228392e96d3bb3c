// application/reginfo+xml: where somebody is registered (RFC 3680), as one document says it.
import { ok, type Result } from '../../base/result.ts'
import { attribute, childOf, childrenOf, tokenOf, type XmlElement } from '../../base/xml/document.ts'
import { node, printXml, type XmlNode } from '../../base/xml/print.ts'
import { type BodyError, parseRoot, required, textOf, wholeOf, wordOf, wrong } from './body.ts'
import { type Versioned, versionOf, versionStep } from './version.ts'

export const REGINFO = 'application/reginfo+xml'
const NS = 'urn:ietf:params:xml:ns:reginfo'

const EVENTS = [
  ...(['registered', 'created', 'refreshed', 'shortened', 'expired'] as const),
  ...(['deactivated', 'probation', 'unregistered', 'rejected'] as const),
]
/** RFC 3680 §5.4: what brought a contact into its state. */
export type ContactEvent = (typeof EVENTS)[number]

export interface RegisteredContact {
  readonly id: string
  readonly uri: string
  readonly display: string | undefined
  readonly state: 'active' | 'terminated'
  readonly event: ContactEvent | undefined
  /** Seconds left. */
  readonly expires: number | undefined
}

export interface RegisteredAor {
  readonly id: string
  readonly aor: string
  readonly state: 'init' | 'active' | 'terminated'
  readonly contacts: readonly RegisteredContact[]
}

export interface RegInfo extends Versioned {
  readonly registrations: readonly RegisteredAor[]
}

export function parseRegInfo(body: string): Result<RegInfo, BodyError> {
  const root = parseRoot(body, 'reginfo', NS)
  if (!root.ok) return root
  const version = versionOf(root.value)
  if (version === undefined) return wrong(root.value.line, 'version is not a number of 32 bits')
  const state = wordOf(attribute(root.value, 'state'), ['full', 'partial'])
  if (state === undefined) return wrong(root.value.line, 'state is neither full nor partial')
  const registrations: RegisteredAor[] = []
  for (const element of childrenOf(root.value, 'registration')) {
    const registration = registrationOf(element)
    if (!registration.ok) return registration
    registrations.push(registration.value)
  }
  return ok({ version, full: state === 'full', registrations })
}

function registrationOf(element: XmlElement): Result<RegisteredAor, BodyError> {
  const [id, aor] = [required(element, 'id'), required(element, 'aor')]
  if (!id.ok) return id
  if (!aor.ok) return aor
  const state = wordOf(attribute(element, 'state'), ['init', 'active', 'terminated'])
  if (state === undefined) return wrong(element.line, 'a registration without a known state')
  const contacts: RegisteredContact[] = []
  for (const each of childrenOf(element, 'contact')) {
    const contact = contactOf(each)
    if (!contact.ok) return contact
    contacts.push(contact.value)
  }
  return ok({ id: id.value, aor: aor.value, state, contacts })
}

function contactOf(element: XmlElement): Result<RegisteredContact, BodyError> {
  const id = required(element, 'id')
  if (!id.ok) return id
  const state = wordOf(attribute(element, 'state'), ['active', 'terminated'])
  const uri = childOf(element, 'uri')
  if (state === undefined || uri === undefined) return wrong(element.line, 'a contact without a known state and a URI')
  return ok({
    id: id.value,
    uri: tokenOf(uri.text),
    display: textOf(childOf(element, 'display-name')),
    state,
    event: wordOf(attribute(element, 'event'), EVENTS),
    expires: wholeOf(attribute(element, 'expires')),
  })
}

/** What is known after a document, as this returned it before; `lost` and `stale` as in `versionStep`. */
export function applyRegInfo(known: RegInfo | undefined, info: RegInfo): RegInfo | 'lost' | 'stale' {
  const step = versionStep(known?.version, info)
  if (step === 'lost' || step === 'stale') return step
  const all = new Map((step === 'whole' ? [] : (known?.registrations ?? [])).map((each) => [each.id, each]))
  for (const each of info.registrations) {
    if (each.state === 'terminated') all.delete(each.id)
    else if (all.has(each.id) || all.size < MOST)
      all.set(each.id, { ...each, contacts: contactsAfter(all.get(each.id), each) })
  }
  return { version: info.version, full: true, registrations: [...all.values()] }
}

/** Of each kind. */
const MOST = 256

function contactsAfter(known: RegisteredAor | undefined, news: RegisteredAor): RegisteredContact[] {
  const all = new Map((known?.contacts ?? []).map((each) => [each.id, each]))
  for (const each of news.contacts) {
    if (each.state === 'terminated') all.delete(each.id)
    else if (all.has(each.id) || all.size < MOST) all.set(each.id, each)
  }
  return [...all.values()]
}

export const printRegInfo = ({ version, full, registrations }: RegInfo): string =>
  printXml(
    node(
      'reginfo',
      { xmlns: NS, version: String(version), state: full ? 'full' : 'partial' },
      registrations.map(({ id, aor, state, contacts }) =>
        node('registration', { id, aor, state }, contacts.map(contactNode)),
      ),
    ),
  )

const contactNode = ({ id, uri, display, state, event, expires }: RegisteredContact): XmlNode =>
  node('contact', { id, state, event, expires: expires?.toString() }, [
    node('uri', {}, uri),
    display === undefined ? undefined : node('display-name', {}, display),
  ])
