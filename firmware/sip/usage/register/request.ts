// A REGISTER as it is written (RFC 3261 §10.2, with the options of RFC 3327, RFC 5626 and RFC 5627).
import { hex } from '../../../base/rng.ts'
import type { RegisterOptions } from '../../core/contract.ts'
import type { Routing } from '../../dialog/dialog.ts'
import type { HeaderField } from '../../message/message.ts'
import { printParams } from '../../message/params.ts'
import { paramsOf } from '../contact-wishes.ts'
import { newDigest } from '../digest.ts'
import type { RequestSpec } from '../requester.ts'
import type { FlowPort } from './flow-port.ts'

/** `more`: Expires, or the Contacts to be removed. */
export function registerSpec(
  port: FlowPort,
  { uri, routes, nextHop }: Routing,
  outbound: boolean,
  more: readonly HeaderField[],
  contact: RequestSpec['contact'],
): RequestSpec {
  const { prepared, identity, headers } = port.settings
  return {
    method: 'REGISTER',
    uri,
    nextHop,
    headers: [
      ...routes,
      { name: 'From', value: `${prepared.self};tag=${port.tag}` },
      { name: 'To', value: prepared.self },
      { name: 'Call-ID', value: port.callId },
      ...more,
      port.requester.environment.capabilities.allow,
      supported(port, outbound),
      ...headers,
    ],
    contact,
    body: undefined,
    nextSeq: () => port.nextSeq(),
    transport: identity.transport,
    digest: port.digest,
  }
}

/** Whether the registrar answers: credentials and all else are of no interest. */
export function probeSpec(port: FlowPort, { uri, routes, nextHop }: Routing): RequestSpec {
  const { requester, settings } = port
  const { rng } = requester.environment
  return {
    method: 'OPTIONS',
    uri,
    nextHop,
    headers: [
      ...routes,
      { name: 'From', value: `${settings.prepared.self};tag=${hex(rng, 12)}` },
      { name: 'To', value: `<${uri}>` },
      { name: 'Call-ID', value: hex(rng, 24) },
      { name: 'Accept', value: 'application/sdp' },
    ],
    contact: undefined,
    body: undefined,
    nextSeq: () => 1,
    transport: settings.identity.transport,
    digest: newDigest([]),
  }
}

function supported({ requester, settings: { options } }: FlowPort, outbound: boolean): HeaderField {
  const known = requester.environment.capabilities.supported.map(({ value }) => value)
  const more = [...(outbound ? ['outbound'] : []), ...(options.gruu && options.instance !== undefined ? ['gruu'] : [])]
  return { name: 'Supported', value: [...known, 'path', ...more].join(', ') }
}

/** Parameters of our Contact beside its URI. */
export function contactParams(
  seconds: number,
  { instance, q, contactParams: more = {} }: RegisterOptions,
  regId: number | undefined,
): string {
  const named = instance === undefined ? '' : `;+sip.instance="<${instance}>"`
  const preferred = q === undefined ? '' : `;q=${Number(q.toFixed(3))}`
  const others = printParams(paramsOf(more))
  return `;expires=${seconds}${preferred}${named}${regId === undefined ? '' : `;reg-id=${regId}`}${others}`
}
