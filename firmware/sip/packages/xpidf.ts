// application/xpidf+xml: what presence was written in before RFC 3863; old servers and desk phones still ask for it.
import { ok, type Result } from '../../base/result.ts'
import { attribute, childOf, childrenOf, tokenOf, type XmlElement } from '../../base/xml/document.ts'
import { node, printXml } from '../../base/xml/print.ts'
import { parseXml } from '../../base/xml/read.ts'
import { type BodyError, required, wrong } from './body.ts'
import { priorityOf } from './pidf.ts'
import type { Presence, Tuple } from './presence.ts'

export const XPIDF = 'application/xpidf+xml'

/** Words of `msnsubstatus` and the activity each stands for. */
const SUBSTATUS: Readonly<Record<string, string>> = {
  onthephone: 'on-the-phone',
  busy: 'busy',
  away: 'away',
  berightback: 'away',
  idle: 'away',
  outtolunch: 'meal',
}
/** Of each kind, what is kept of a document. */
const MOST = 32

/** Documents come without a namespace, or with one of their maker's. */
export function parseXpidf(body: string): Result<Presence, BodyError> {
  const parsed = parseXml(body)
  if (!parsed.ok) return parsed
  const root = parsed.value
  const whose = childOf(root, 'presentity')
  if (root.name !== 'presence' || whose === undefined) return wrong(root.line, 'expected <presence> with <presentity>')
  const uri = required(whose, 'uri')
  if (!uri.ok) return uri
  const addresses = childrenOf(root, 'atom').flatMap((atom) =>
    childrenOf(atom, 'address').map((address) => ({ id: attribute(atom, 'id') ?? '', address })),
  )
  return ok({
    entity: uri.value.replace(/;method=[^;]*/i, ''),
    tuples: addresses.slice(0, MOST).map(({ id, address }) => tupleOf(id, address)),
    activities: [...new Set(addresses.flatMap(({ address }) => activityOf(address) ?? []))],
    notes: [],
  })
}

const word = (address: XmlElement, name: string, of: string): string => {
  const element = childOf(address, name)
  return tokenOf((element && attribute(element, of)) ?? '').toLowerCase()
}

function tupleOf(id: string, address: XmlElement): Tuple {
  const status = word(address, 'status', 'status')
  return {
    id,
    basic: status === 'closed' ? 'closed' : status === 'open' || status === 'inuse' ? 'open' : undefined,
    contact: attribute(address, 'uri'),
    priority: priorityOf(attribute(address, 'priority')),
    notes: [],
  }
}

function activityOf(address: XmlElement): string | undefined {
  const said = word(address, 'msnsubstatus', 'substatus')
  if (Object.hasOwn(SUBSTATUS, said)) return SUBSTATUS[said]
  return word(address, 'status', 'status') === 'inuse' ? 'busy' : undefined
}

/** Notes have no place in it, and one activity at most. */
export function printXpidf({ entity, tuples, activities }: Presence): string {
  const substatus = Object.keys(SUBSTATUS).find((key) => activities.includes(SUBSTATUS[key]!))
  return printXml(
    node('presence', {}, [
      node('presentity', { uri: `${entity};method=SUBSCRIBE` }),
      ...tuples.map(({ id, basic, contact, priority }) =>
        node('atom', { id }, [
          node('address', { uri: contact ?? entity, priority: priority?.toFixed(6) }, [
            basic && node('status', { status: basic === 'open' && substatus !== undefined ? 'inuse' : basic }),
            node('msnsubstatus', { substatus: basic === 'closed' ? 'offline' : (substatus ?? 'online') }),
          ]),
        ]),
      ),
    ]),
  )
}
