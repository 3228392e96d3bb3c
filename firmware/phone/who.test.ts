// Who calls, as the screen and the log have it: on whose word, for whom, and when it is another one than before.
import { describe, expect, test } from 'vitest'
import { createDesk, SETTINGS } from '../testing/desk.ts'
import { called, caller, registered } from '../testing/played-engine.ts'
import { invite, request, sdp } from '../testing/ua-script.ts'

function desk(dialMap = '') {
  const phone = createDesk({ settings: { ...SETTINGS, dialMap } })
  registered(phone)
  return phone
}

test('a call that was sent on to us says for whom it was, and its log entry who called', () => {
  const phone = desk()
  const headers = ['P-Asserted-Identity: "Boss" <sip:1@example.com>', 'Diversion: "Sales" <sip:300@x>;reason=no-answer']
  const ours = invite('sip:alice@example.com', '<sip:alice@example.com>', headers)
  phone.sip({ kind: 'session-incoming', id: 'in:1', request: ours, sdp: sdp(), trusted: true })
  expect(phone.view().activity).toMatchObject({
    name: 'ringing',
    call: { peer: { display: 'Boss', number: '1' }, diverted: { display: 'Sales', number: '300' } },
  })
  phone.key('end')
  expect(phone.callLog()).toMatchObject([{ kind: 'received', name: 'Boss', number: '1' }])
})

test('another one is there after a transfer: the screen says so, the log keeps whom we called', () => {
  const phone = desk()
  phone.press('101')
  phone.lift()
  called(phone).answers()
  const id = phone.sent.findLast((command) => command.kind === 'invite')?.id ?? ''
  phone.sip({ kind: 'session-refreshed', id, message: request('UPDATE') })
  expect(phone.view().activity).toMatchObject({ name: 'in-call', call: { peer: { display: 'Bob', number: 'bob' } } })
  phone.putDown()
  expect(phone.callLog()).toMatchObject([{ kind: 'placed', name: '', number: '101' }])
})

test('an emergency call says who calls, also on a line that does not', () => {
  const phone = createDesk({
    settings: {
      ...SETTINGS,
      accounts: SETTINGS.accounts.map((line) => ({ ...line, config: { ...line.config, anonymous: true } })),
    },
  })
  registered(phone)
  const sender = () => {
    const sent = phone.sent.findLast((command) => command.kind === 'invite')
    return sent?.kind === 'invite' ? sent.identity.aor : undefined
  }
  phone.lift()
  phone.press('101')
  phone.key('dial')
  expect(sender()).toBe('sip:anonymous@anonymous.invalid')
  phone.putDown()
  phone.lift()
  phone.press('112')
  phone.key('dial')
  expect(sender()).toBe('sip:alice@example.com')
})

describe('a call that asks to be taken by itself', () => {
  const desk = () => {
    const phone = createDesk({
      settings: {
        ...SETTINGS,
        accounts: SETTINGS.accounts.map((line) => ({ ...line, config: { ...line.config, autoAnswer: 'trusted' } })),
      },
    })
    registered(phone)
    return phone
  }
  const comes = (phone: ReturnType<typeof desk>, trusted: boolean) => {
    const headers = ['Call-Info: <sip:x>;answer-after=2']
    const theirs = invite('sip:alice@example.com', '<sip:alice@example.com>', headers)
    phone.sip({ kind: 'session-incoming', id: 'in:9', request: theirs, sdp: sdp(), trusted })
    phone.passes(1999)
    const before = phone.view().activity.name
    phone.passes(1)
    return [before, phone.view().activity.name]
  }
  test('is, once the phone is at rest and the server vouches for it', () => {
    expect(comes(desk(), true)).toEqual(['ringing', 'in-call'])
  })
  test('is not: of a stranger, with the handset off, beside another call', () => {
    expect(comes(desk(), false)).toEqual(['ringing', 'ringing'])
    const busy = desk()
    caller(busy)
    busy.lift()
    expect(comes(busy, true)).toEqual(['in-call', 'in-call'])
    expect(busy.view().waiting).toBeDefined()
  })
})
