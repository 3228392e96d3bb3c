// application/im-iscomposing+xml: whether somebody is writing to us (RFC 3994).
import { ok, type Result } from '../../base/result.ts'
import { childOf } from '../../base/xml/document.ts'
import { node, printXml, type XmlNode } from '../../base/xml/print.ts'
import { type BodyError, parseRoot, textOf, wholeOf, wordOf, wrong } from './body.ts'

export const IS_COMPOSING = 'application/im-iscomposing+xml'
const NS = 'urn:ietf:params:xml:ns:im-iscomposing'

export interface IsComposing {
  readonly state: 'active' | 'idle'
  /** Date and time as RFC 3339 writes them, as it came. */
  readonly lastActive: string | undefined
  /** Of what is being written: a media type. */
  readonly contentType: string | undefined
  /** Seconds until the next of these; without one by then, it is idle (§3.3: 120 when it does not say). */
  readonly refreshS: number | undefined
}

export function parseIsComposing(body: string): Result<IsComposing, BodyError> {
  const root = parseRoot(body, 'isComposing', NS)
  if (!root.ok) return root
  // Words of later versions count as idle (§3.2).
  const said = childOf(root.value, 'state')
  if (said === undefined) return wrong(root.value.line, '<isComposing> without state')
  return ok({
    state: wordOf(said.text, ['active']) ?? 'idle',
    lastActive: textOf(childOf(root.value, 'lastactive')),
    contentType: textOf(childOf(root.value, 'contenttype')),
    refreshS: wholeOf(childOf(root.value, 'refresh')?.text),
  })
}

export const printIsComposing = ({ state, lastActive, contentType, refreshS }: IsComposing): string =>
  printXml(
    node('isComposing', { xmlns: NS }, [
      node('state', {}, state),
      leaf('lastactive', lastActive),
      leaf('contenttype', contentType),
      leaf('refresh', refreshS?.toString()),
    ]),
  )

const leaf = (name: string, text: string | undefined): XmlNode | undefined =>
  text === undefined ? undefined : node(name, {}, text)
