// application/dialog-info+xml: the calls somebody has (RFC 4235), as one document says them.
import { ok, type Result } from '../../base/result.ts'
import { attribute, childOf, childrenOf, tokenOf, type XmlElement } from '../../base/xml/document.ts'
import { node, printXml, type XmlNode } from '../../base/xml/print.ts'
import { type BodyError, parseRoot, required, textOf, wholeOf, wordOf, wrong } from './body.ts'
import { type Versioned, versionOf } from './version.ts'

export const DIALOG_INFO = 'application/dialog-info+xml'
const NS = 'urn:ietf:params:xml:ns:dialog-info'

const STATES = ['trying', 'proceeding', 'early', 'confirmed', 'terminated'] as const
/** RFC 4235 §3.7.1. */
export type DialogState = (typeof STATES)[number]

const ENDS = ['cancelled', 'rejected', 'replaced', 'local-bye', 'remote-bye', 'error', 'timeout'] as const
export type DialogEnd = (typeof ENDS)[number]

export interface DialogParty {
  /** Their address of record. */
  readonly identity: string | undefined
  readonly display: string | undefined
  /** Their Contact. */
  readonly target: string | undefined
  /** False: what comes from there is not to be heard, the call is held (`+sip.rendering`, §4.1.6.3). */
  readonly rendering: boolean | undefined
}

export interface DialogEntry {
  /** Of this document's dialogs, not of SIP. */
  readonly id: string
  readonly callId: string | undefined
  /** As the one spoken of sees them. */
  readonly localTag: string | undefined
  readonly remoteTag: string | undefined
  /** `initiator`: the one spoken of is calling. */
  readonly direction: 'initiator' | 'recipient' | undefined
  readonly state: DialogState
  /** Why it is in this state, and the status that brought it. */
  readonly event: DialogEnd | undefined
  readonly code: number | undefined
  /** Seconds it lasts. */
  readonly durationS: number | undefined
  readonly local: DialogParty | undefined
  readonly remote: DialogParty | undefined
}

export interface DialogInfo extends Versioned {
  /** Whose. */
  readonly entity: string
  readonly dialogs: readonly DialogEntry[]
}

/** Dialogs of one document; beyond, it is refused: a lamp that leaves some out would lie. */
const MOST = 256

export function parseDialogInfo(body: string): Result<DialogInfo, BodyError> {
  const root = parseRoot(body, 'dialog-info', NS)
  if (!root.ok) return root
  const { line } = root.value
  const entity = required(root.value, 'entity')
  if (!entity.ok) return entity
  const version = versionOf(root.value)
  if (version === undefined) return wrong(line, 'version is not a number of 32 bits')
  const state = wordOf(attribute(root.value, 'state'), ['full', 'partial'])
  if (state === undefined) return wrong(line, 'state is neither full nor partial')
  const elements = childrenOf(root.value, 'dialog')
  if (elements.length > MOST) return wrong(line, `more than ${MOST} dialogs`)
  const dialogs: DialogEntry[] = []
  for (const element of elements) {
    const dialog = entryOf(element)
    if (!dialog.ok) return dialog
    dialogs.push(dialog.value)
  }
  return ok({ version, full: state === 'full', entity: entity.value, dialogs })
}

function entryOf(element: XmlElement): Result<DialogEntry, BodyError> {
  const id = required(element, 'id')
  if (!id.ok) return id
  const said = childOf(element, 'state')
  const state = wordOf(said?.text, STATES)
  if (said === undefined || state === undefined) return wrong((said ?? element).line, 'a dialog without a known state')
  return ok({
    id: id.value,
    callId: attribute(element, 'call-id'),
    localTag: attribute(element, 'local-tag'),
    remoteTag: attribute(element, 'remote-tag'),
    direction: wordOf(attribute(element, 'direction'), ['initiator', 'recipient']),
    state,
    event: wordOf(attribute(said, 'event'), ENDS),
    code: wholeOf(attribute(said, 'code')),
    durationS: wholeOf(childOf(element, 'duration')?.text),
    local: partyOf(childOf(element, 'local')),
    remote: partyOf(childOf(element, 'remote')),
  })
}

function partyOf(element: XmlElement | undefined): DialogParty | undefined {
  if (element === undefined) return undefined
  const identity = childOf(element, 'identity')
  const target = childOf(element, 'target')
  const uri = target && attribute(target, 'uri')
  const rendering = (target ? childrenOf(target, 'param') : []).find(
    (each) => attribute(each, 'pname') === '+sip.rendering',
  )
  const value = wordOf(rendering && attribute(rendering, 'pval'), ['yes', 'no', 'unknown'])
  return {
    identity: textOf(identity),
    display: (identity && tokenOf(attribute(identity, 'display') ?? '')) || undefined,
    target: uri === undefined ? undefined : tokenOf(uri),
    rendering: value === 'yes' ? true : value === 'no' ? false : undefined,
  }
}

export const printDialogInfo = ({ version, full, entity, dialogs }: DialogInfo): string =>
  printXml(
    node(
      'dialog-info',
      { xmlns: NS, version: String(version), state: full ? 'full' : 'partial', entity },
      dialogs.map(entryNode),
    ),
  )

function entryNode(dialog: DialogEntry): XmlNode {
  const { id, callId, localTag, remoteTag, direction, state, event, code, durationS, local, remote } = dialog
  const named = { id, 'call-id': callId, 'local-tag': localTag, 'remote-tag': remoteTag, direction }
  return node('dialog', named, [
    node('state', { event, code: code?.toString() }, state),
    durationS === undefined ? undefined : node('duration', {}, String(durationS)),
    local && partyNode('local', local),
    remote && partyNode('remote', remote),
  ])
}

function partyNode(name: string, { identity, display, target, rendering }: DialogParty): XmlNode {
  const param = { pname: '+sip.rendering', pval: rendering ? 'yes' : 'no' }
  const params = rendering === undefined ? [] : [node('param', param)]
  return node(name, {}, [
    identity === undefined ? undefined : node('identity', { display }, identity),
    target === undefined ? undefined : node('target', { uri: target }, params),
  ])
}
