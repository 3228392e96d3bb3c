// A phone whose peer sends it on, and one whose peer becomes another one, as a user tells it.
import { expect, test } from 'vitest'
import { createDesk } from '../testing/desk.ts'
import { called, caller, farEnd, registered } from '../testing/played-engine.ts'
import { invite, request, sdp } from '../testing/ua-script.ts'

function talking() {
  const phone = createDesk()
  registered(phone)
  const bob = caller(phone)
  phone.lift()
  bob.acknowledges()
  return { phone, bob }
}
const asks = (phone: ReturnType<typeof createDesk>, session = 'in:1') =>
  phone.sip({
    ...{ kind: 'refer-incoming', id: 'in:9', session, request: request('REFER'), referTo: 'sip:carol@example.com' },
    ...{ replaces: undefined, headers: [], method: 'INVITE' },
  })
const replied = (phone: ReturnType<typeof createDesk>) =>
  phone.sent.flatMap((each) => (each.kind === 'reply' || each.kind === 'refer-notify' ? [each.status] : []))

test('sent on: the new call is made and seen, and the old one ends over there', () => {
  const { phone, bob } = talking()
  asks(phone)
  expect(phone.view().activity).toMatchObject({ name: 'calling', call: { peer: { number: 'carol' } } })
  expect(replied(phone)).toEqual([202])
  const carol = called(phone)
  carol.trying()
  carol.rings()
  bob.hangsUp()
  carol.answers()
  expect(phone.view().activity).toMatchObject({ name: 'in-call', call: { peer: { number: 'carol' } } })
  expect(phone.view().beside).toBeUndefined()
  expect(replied(phone).slice(0, 2)).toEqual([202, 180])
})

test('sent on to nobody: the one who did it is still there', () => {
  const { phone, bob } = talking()
  asks(phone)
  called(phone).trying()
  bob.accepts('recvonly')
  called(phone).refuses(404)
  expect(phone.view().beside).toMatchObject({ peer: { display: 'Bob' } })
  expect(replied(phone)).toEqual([202, 404])
})

test('declined: from a call that only waits, and when two are there', () => {
  const { phone } = talking()
  caller(phone, 'in:2')
  asks(phone)
  expect(replied(phone)).toEqual([603])
})

test('another one takes the place of the peer: nothing rings, the screen says who it is', () => {
  const { phone, bob } = talking()
  const headers = ['P-Asserted-Identity: "Carol" <sip:carol@x>']
  const theirs = invite('sip:alice@example.com', '<sip:alice@example.com>', headers)
  phone.sip({ kind: 'session-incoming', id: 'in:2', request: theirs, sdp: sdp(), replaces: 'in:1', trusted: true })
  const carol = farEnd(phone, () => 'in:2')
  carol.acknowledges()
  expect(phone.sent.find((each) => each.kind === 'end')).toMatchObject({ id: 'in:1' })
  bob.isGone()
  expect(phone.view().activity).toMatchObject({ name: 'in-call', call: { peer: { display: 'Carol' } } })
  expect(phone.view().waiting).toBeUndefined()
  expect(phone.calls()).toEqual(['received Bob: transferred'])
  carol.hangsUp()
  expect(phone.view().activity).toMatchObject({ name: 'ended' })
})

test('it takes the place of one on hold: that stays on hold', () => {
  const { phone, bob } = talking()
  phone.key('hold')
  bob.accepts('recvonly')
  phone.sip({ kind: 'session-incoming', id: 'in:2', request: invite(), sdp: sdp(), replaces: 'in:1' })
  farEnd(phone, () => 'in:2').acknowledges()
  expect(phone.sent.at(-1)).toMatchObject({ kind: 'reinvite', id: 'in:2' })
  expect(phone.view().activity).toMatchObject({ name: 'held' })
})
