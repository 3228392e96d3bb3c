// Routing inside dialogs (RFC 3261 §12.2.1.1, §16.12.1.2).
import { expect, test } from 'vitest'
import type { NameAddr, Uri } from '../message/message.ts'
import { parseNameAddrList } from '../message/name-addr.ts'
import { parseUri, printUri } from '../message/uri.ts'
import { route } from './dialog.ts'

const uri = (text: string): Uri => {
  const parsed = parseUri(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}
const list = (text: string): readonly NameAddr[] => {
  const parsed = parseNameAddrList(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}

test.each([
  ['no route', 'sip:bob@b', '', 'sip:bob@b', [], 'sip:bob@b'],
  ['loose', 'sip:bob@b', '<sip:p1;lr>,<sip:p2;lr>', 'sip:bob@b', ['<sip:p1;lr>', '<sip:p2;lr>'], 'sip:p1;lr'],
  ['strict', 'sip:bob@b', '<sip:p1>,<sip:p2;lr>', 'sip:p1', ['<sip:p2;lr>', '<sip:bob@b>'], 'sip:p1'],
  ['no headers in a Request-URI', 'sip:bob@b?Subject=x', '', 'sip:bob@b', [], 'sip:bob@b?Subject=x'],
] as const)('%s', (_name, target, routes, requestUri, fields, next) => {
  const routing = route(uri(target), routes === '' ? [] : list(routes))
  expect(routing.uri).toBe(requestUri)
  expect(routing.routes.map(({ value }) => value)).toEqual(fields)
  expect(printUri(routing.nextHop)).toBe(next)
})
