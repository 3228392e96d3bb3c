// application/pidf+xml (RFC 3863), with what a person does and says of it (RFC 4479 person, RFC 4480 activities).
import { ok, type Result } from '../../base/result.ts'
import { attribute, childOf, childrenOf, tokenOf, type XmlElement } from '../../base/xml/document.ts'
import { node, printXml, type XmlNode } from '../../base/xml/print.ts'
import { type BodyError, parseRoot, required, textOf, wordOf } from './body.ts'
import type { Presence, Tuple } from './presence.ts'

export const PIDF = 'application/pidf+xml'
const NS = 'urn:ietf:params:xml:ns:pidf'
const PERSON = 'urn:ietf:params:xml:ns:pidf:data-model'
const RPID = 'urn:ietf:params:xml:ns:pidf:rpid'
/** Of the drafts before RFC 4480, still spoken. */
const OLD_RPID = 'urn:ietf:params:xml:ns:pidf:status:rpid'

/** Of each kind, what is kept of a document. */
const MOST = 32

export function parsePidf(body: string): Result<Presence, BodyError> {
  const root = parseRoot(body, 'presence', NS)
  if (!root.ok) return root
  const entity = required(root.value, 'entity')
  if (!entity.ok) return entity
  const people = childrenOf(root.value, 'person', PERSON)
  const tuples = childrenOf(root.value, 'tuple')
  const doers = [...people, ...tuples, ...tuples.flatMap((tuple) => childrenOf(tuple, 'status')), root.value]
  const activities = doers.flatMap(activitiesIn)
  const said = [
    ...people.flatMap((person) => [
      ...childrenOf(person, 'note', PERSON),
      ...activityElements(person).flatMap((each) => childrenOf(each, 'note')),
    ]),
    ...childrenOf(root.value, 'note'),
  ]
  return ok({
    entity: entity.value,
    tuples: tuples.slice(0, MOST).map(tupleOf),
    activities: [...new Set(activities)].slice(0, MOST),
    notes: notesOf(said),
  })
}

function tupleOf(tuple: XmlElement): Tuple {
  const contact = childOf(tuple, 'contact')
  const status = childOf(tuple, 'status')
  return {
    id: attribute(tuple, 'id') ?? '',
    basic: wordOf(status && childOf(status, 'basic')?.text, ['open', 'closed']),
    contact: textOf(contact),
    priority: priorityOf(contact && attribute(contact, 'priority')),
    notes: notesOf(childrenOf(tuple, 'note')),
  }
}

const notesOf = (elements: readonly XmlElement[]): string[] =>
  [...new Set(elements.map(({ text }) => tokenOf(text)).filter((text) => text !== ''))].slice(0, MOST)

/** A number from 0 to 1 (RFC 3863 §4.1.5); others count as not said. */
export function priorityOf(text: string | undefined): number | undefined {
  const value = tokenOf(text ?? '')
  return /^(?:0(?:\.[0-9]{0,9})?|1(?:\.0{0,9})?)$/.test(value) ? Number(value) : undefined
}

const activityElements = (parent: XmlElement): readonly XmlElement[] => [
  ...childrenOf(parent, 'activities', RPID),
  ...childrenOf(parent, 'activities', OLD_RPID),
]

const activitiesIn = (parent: XmlElement): string[] =>
  activityElements(parent).flatMap((each) => each.children.map(({ name }) => name).filter((name) => name !== 'note'))

export function printPidf({ entity, tuples, activities, notes }: Presence): string {
  const person = activities.length > 0
  const declared = { xmlns: NS, 'xmlns:dm': person ? PERSON : undefined, 'xmlns:rpid': person ? RPID : undefined }
  return printXml(
    node('presence', { ...declared, entity }, [
      ...tuples.map(tupleNode),
      ...notes.map(noteNode),
      ...(person ? [personNode(activities)] : []),
    ]),
  )
}

const noteNode = (text: string): XmlNode => node('note', {}, text)

function tupleNode({ id, basic, contact, priority, notes }: Tuple): XmlNode {
  const status = node('status', {}, basic === undefined ? [] : [node('basic', {}, basic)])
  const at = contact === undefined ? undefined : node('contact', { priority: priority?.toString() }, contact)
  return node('tuple', { id }, [status, at, ...notes.map(noteNode)])
}

const personNode = (activities: readonly string[]): XmlNode =>
  node('dm:person', { id: 'person' }, [
    node(
      'rpid:activities',
      {},
      activities.map((name) => node(`rpid:${ACTIVITIES.includes(name) ? name : 'other'}`)),
    ),
  ])

/** RFC 4480 §3.2. What is not among them is written as `other`. */
export const ACTIVITIES: readonly string[] = [
  ...['appointment', 'away', 'breakfast', 'busy', 'dinner', 'holiday', 'in-transit', 'looking-for-work', 'lunch'],
  ...['meal', 'meeting', 'on-the-phone', 'other', 'performance', 'permanent-absence', 'playing', 'presentation'],
  ...['shopping', 'sleeping', 'spectator', 'steering', 'travel', 'tv', 'unknown', 'vacation', 'working', 'worship'],
]
