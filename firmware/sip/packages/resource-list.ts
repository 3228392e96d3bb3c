// The state of a list of resources in one NOTIFY (RFC 4662): a multipart/related whose root says what each other part is of.
import { err, ok, type Result } from '../../base/result.ts'
import { attribute, childOf, childrenOf, tokenOf, type XmlElement } from '../../base/xml/document.ts'
import { parseMediaType } from '../message/headers.ts'
import type { Body } from '../message/message.ts'
import { type BodyPart, isMultipart, parseMultipart, partHeader, partType } from '../message/multipart.ts'
import { param } from '../message/params.ts'
import { type BodyError, parseRoot, required, textOf, truthOf, wordOf, wrong } from './body.ts'
import { type Versioned, versionOf } from './version.ts'

export const RLMI = 'application/rlmi+xml'
const NS = 'urn:ietf:params:xml:ns:rlmi'
/** Option tag: who subscribes with it can be told of a list. */
export const EVENTLIST = 'eventlist'

/** The virtual subscription to one resource (§5.4). */
export interface ResourceInstance {
  readonly id: string
  readonly state: 'pending' | 'active' | 'terminated'
  /** Of the end. */
  readonly reason: string | undefined
  /** What it was told; undefined: nothing this time. */
  readonly body: Body | undefined
}

export interface ListedResource {
  readonly uri: string
  readonly name: string | undefined
  readonly instances: readonly ResourceInstance[]
}

/** `full`: all resources are told of, whether they have changed or not. */
export interface ResourceList extends Versioned {
  readonly uri: string
  readonly name: string | undefined
  readonly resources: readonly ListedResource[]
}

/** Whether a body is one of these. */
export function isResourceList({ contentType }: Body): boolean {
  const type = parseMediaType(contentType)
  return type.ok && type.value.type === 'multipart/related' && rootType(type.value.params) === RLMI
}

const rootType = (params: Parameters<typeof param>[0]): string => (param(params, 'type') ?? '').toLowerCase()

export function parseResourceList({ contentType, content }: Body): Result<ResourceList, BodyError> {
  const type = parseMediaType(contentType)
  if (!type.ok || !isMultipart(type.value)) return err({ line: 1, what: `${contentType} is no multipart/related` })
  const multipart = parseMultipart(type.value, content)
  if (!multipart.ok) return err({ line: lineAt(content, multipart.error.at), what: multipart.error.what })
  const { parts } = multipart.value
  const start = param(type.value.params, 'start')
  const root = start === undefined ? parts[0] : parts.find((part) => idOf(part) === bare(start))
  if (root === undefined || partType(root)?.type !== RLMI) return wrong(1, `the root is no ${RLMI}`)
  const others = new Map(parts.flatMap((part) => (part === root ? [] : [[idOf(part), part] as const])))
  return listOf(root.content, others)
}

/** RFC 2392: in the header it stands in angle brackets. */
const bare = (id: string): string => id.trim().replace(/^<(.*)>$/, '$1')
const idOf = (part: BodyPart): string => bare(partHeader(part, 'Content-ID') ?? '')
const lineAt = (text: string, at: number): number => text.substring(0, at).split('\n').length

function listOf(document: string, parts: ReadonlyMap<string, Body>): Result<ResourceList, BodyError> {
  const root = parseRoot(document, 'list', NS)
  if (!root.ok) return root
  const uri = required(root.value, 'uri')
  if (!uri.ok) return uri
  const version = versionOf(root.value)
  if (version === undefined) return wrong(root.value.line, 'version is not a number of 32 bits')
  const full = truthOf(attribute(root.value, 'fullState'))
  if (full === undefined) return wrong(root.value.line, 'fullState is neither true nor false')
  const resources: ListedResource[] = []
  for (const element of childrenOf(root.value, 'resource')) {
    const resource = resourceOf(element, parts)
    if (!resource.ok) return resource
    resources.push(resource.value)
  }
  return ok({ version, full, uri: uri.value, name: textOf(childOf(root.value, 'name')), resources })
}

function resourceOf(element: XmlElement, parts: ReadonlyMap<string, Body>): Result<ListedResource, BodyError> {
  const uri = required(element, 'uri')
  if (!uri.ok) return uri
  const instances: ResourceInstance[] = []
  for (const each of childrenOf(element, 'instance')) {
    const id = required(each, 'id')
    if (!id.ok) return id
    const state = wordOf(attribute(each, 'state'), ['pending', 'active', 'terminated'])
    if (state === undefined) return wrong(each.line, 'an instance without a known state')
    const cid = attribute(each, 'cid')
    const part = cid === undefined ? undefined : parts.get(bare(cid))
    if (cid !== undefined && part === undefined) return wrong(each.line, `no part has the Content-ID ${cid}`)
    const body = part && { contentType: part.contentType, content: part.content }
    instances.push({ id: id.value, state, reason: reasonOf(each), body })
  }
  return ok({ uri: uri.value, name: textOf(childOf(element, 'name')), instances })
}

function reasonOf(instance: XmlElement): string | undefined {
  const reason = attribute(instance, 'reason')
  return reason === undefined ? undefined : tokenOf(reason).toLowerCase()
}
