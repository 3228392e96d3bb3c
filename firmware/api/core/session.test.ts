// What an application decides and learns of a session beyond the document: its words, offers of the peer, who is there.
import { describe, expect, test } from 'vitest'
import { audioSdp, type CoreParty, startParty, toldBy } from '../../testing/core.ts'
import { parties, reached, ring, talk } from '../../testing/core-calls.ts'
import { startPeer } from '../../testing/loopback-peer.ts'
import { Credentials, Invitation, Registration, Route, type SessionTerms, SipUri, sendRequest } from './index.ts'

const REQUIRED: SessionTerms = { reliable: 'required', timer: { mode: 'off', expires: 1800, minSe: 90 } }

const next = ({ engine }: CoreParty, sender: Invitation, state: string) =>
  engine.notifications.next('invitation-changed-state', { sender, where: (data) => data.state === state })

const changed = ({ engine }: CoreParty, sender: Invitation) =>
  engine.notifications.next('invitation-changed-session', { sender })

describe('our own words', () => {
  test('in every response', async () => {
    const both = await parties()
    const { out, into } = await ring(both)
    const early = next(both.alice, out, 'EARLY')
    into.respondToInviteProvisionally(180, {}, 'Es läutet')
    expect((await early).data).toMatchObject({ code: 180, reason: 'Es läutet' })
    into.setOfferedLocalSdp(audioSdp(41_000))
    expect(() => into.acceptInvite({}, { code: 300 })).toThrow(/200–299/)
    const answered = next(both.alice, out, 'CONNECTING')
    into.acceptInvite({}, { code: 202, reason: 'Gern' })
    expect((await answered).data).toMatchObject({ code: 202, reason: 'Gern' })
    await reached(both.bob.engine, into, 'CONFIRMED')
    out.setOfferedLocalSdp(audioSdp(40_002))
    const asked = next(both.bob, into, 'REINVITED')
    const result = changed(both.alice, out)
    out.sendReinvite()
    await asked
    into.respondToReinvite(488, {}, 'So nicht')
    expect((await result).data).toEqual({ method: 'INVITE', code: 488, reason: 'So nicht' })
  })

  test('in a refusal', async () => {
    const both = await parties()
    const { out, into } = await ring(both)
    const over = next(both.alice, out, 'DISCONNECTED')
    into.disconnect(480, { 'X-Why': 'Mittag' }, 'Zu Tisch')
    const { data } = await over
    expect(data).toMatchObject({ code: 480, reason: 'Zu Tisch', cause: 'remote' })
    expect(data.headers?.get('X-Why')).toBe('Mittag')
  })
})

test('the 2xx behind a 183 with the answer says it again (RFC 6337 §3.1.1)', async () => {
  const both = await parties()
  both.bob.engine.traceSip = true
  const terms: SessionTerms = { ...REQUIRED, reliable: 'off' }
  const { into } = await ring(both, { terms })
  into.setOfferedLocalSdp(audioSdp(41_000))
  into.respondToInviteProvisionally(183)
  into.acceptInvite()
  await reached(both.bob.engine, into, 'CONFIRMED')
  const bodies = toldBy(both.bob, 'engine-sip-trace').flatMap(({ data }) => {
    const [head, body] = (data as { readonly message: string }).message.split('\r\n\r\n')
    return /^SIP\/2.0 (183|200) .*INVITE/s.test(head ?? '') ? [body] : []
  })
  expect(bodies).toHaveLength(2)
  expect(bodies[0]).toContain('m=audio 41000')
  expect(bodies[1]).toBe(bodies[0])
})

test('parts beside the offer', async () => {
  const both = await parties()
  const out = new Invitation(both.alice.credentials, both.bob.uri, { route: both.bob.route, engine: both.alice.engine })
  out.setOfferedLocalSdp(audioSdp())
  const came = both.bob.engine.notifications.next('invitation-changed-state')
  out.sendInvite(
    {},
    {
      parts: [
        { contentType: 'text/plain', body: 'größer', headers: { 'Content-ID': '<a@b>' } },
        { contentType: 'image/png', body: Uint8Array.of(0x89, 0x50) },
      ],
    },
  )
  const { sender, data } = await came
  expect(sender.inviteHeaders?.contentType).toMatch(/^multipart\/mixed;/)
  expect(sender.offeredRemoteSdp?.media[0]?.port).toBe(40_000)
  expect(data.body).toMatch(/Content-ID: <a@b>\r\n[\s\S]*größer[\s\S]*image\/png/)
})

describe('changes', () => {
  test('a re-INVITE without an offer: theirs comes in the 200, our answer goes in the ACK', async () => {
    const { alice, bob, out, into } = await talk(await parties())
    const asked = next(bob, into, 'REINVITED')
    const offered = alice.engine.notifications.next('invitation-got-sdp-offer', { sender: out })
    out.sendReinvite({}, { offer: false })
    expect((await asked).data.body).toBeUndefined()
    into.setOfferedLocalSdp(audioSdp(41_002))
    into.respondToReinvite(200)
    expect((await offered).data).toMatchObject({ by: 'INVITE' })
    out.setOfferedLocalSdp(audioSdp(40_002))
    const settled = bob.engine.notifications.next('invitation-got-sdp-update', { sender: into })
    out.acknowledge()
    await settled
    expect(into.activeRemoteSdp?.media[0]?.port).toBe(40_002)
    expect(out.activeRemoteSdp?.media[0]?.port).toBe(41_002)
  })

  test('what becomes of ours is told: UPDATE with and without an offer', async () => {
    const { alice, out } = await talk(await parties())
    let result = changed(alice, out)
    out.sendUpdate()
    expect((await result).data).toEqual({ method: 'UPDATE', code: 200, reason: 'OK' })
    out.setOfferedLocalSdp(audioSdp(40_002))
    result = changed(alice, out)
    out.sendUpdate()
    expect((await result).data).toMatchObject({ method: 'UPDATE', code: 200 })
    expect(out.activeLocalSdp?.media[0]?.port).toBe(40_002)
  })

  test.each([
    [200, 41_004],
    [488, 41_000],
  ])('decidesUpdates: an UPDATE in a session is answered by the application, %i', async (code, port) => {
    const { alice, bob, out, into } = await talk(await parties())
    into.decidesUpdates = true
    const asked = next(bob, into, 'REINVITED')
    const result = changed(alice, out)
    out.setOfferedLocalSdp(audioSdp(40_002))
    out.sendUpdate()
    expect((await asked).data.method).toBe('UPDATE')
    expect(into.offeredRemoteSdp?.media[0]?.port).toBe(40_002)
    if (code === 200) into.setOfferedLocalSdp(audioSdp(port))
    into.respondToUpdate(code)
    expect((await result).data.code).toBe(code)
    expect(into.state).toBe('CONFIRMED')
    expect(out.activeRemoteSdp?.media[0]?.port).toBe(port)
    expect(() => into.respondToUpdate()).toThrow(/CONFIRMED/)
  })

  test.each([200, 488])('decidesUpdates: and while it rings, %i', async (code) => {
    const both = await parties()
    const { out, into } = await ring(both, { terms: REQUIRED })
    into.decidesUpdates = true
    into.setOfferedLocalSdp(audioSdp(41_000))
    into.respondToInviteProvisionally(183)
    await both.alice.engine.notifications.next('invitation-got-sdp-update', { sender: out })
    await new Promise((resolve) => setTimeout(resolve, 50))
    const asked = both.bob.engine.notifications.next('invitation-got-sdp-offer', { sender: into })
    const result = changed(both.alice, out)
    out.setOfferedLocalSdp(audioSdp(40_010))
    out.sendUpdate()
    expect((await asked).data).toMatchObject({ by: 'UPDATE' })
    expect(() => into.respondToUpdate(180)).toThrow(/200–699/)
    if (code === 200) into.setOfferedLocalSdp(audioSdp(41_006))
    into.respondToUpdate(code)
    expect((await result).data).toMatchObject({ method: 'UPDATE', code })
    expect(into.activeRemoteSdp?.media[0]?.port).toBe(code === 200 ? 40_010 : 40_000)
    expect(into.offeredRemoteSdp).toBeUndefined()
  })
})

describe('who is there', () => {
  test('the dialog has the same names on both sides, and keeps them', async () => {
    const { alice, bob, out, into } = await talk(await parties())
    const { callId, localTag, remoteTag, remoteContact } = out.dialog
    expect(into.dialog).toMatchObject({ callId, localTag: remoteTag, remoteTag: localTag })
    expect([callId, localTag, remoteTag].every((name) => name.length > 5)).toBe(true)
    expect(remoteContact).toContain(`bob@127.0.0.1:${bob.engine.localUdpPort}`)
    expect([out.contactUser, into.contactUser]).toEqual(['alice', 'bob'])
    out.disconnect()
    await reached(alice.engine, out, 'DISCONNECTED')
    expect(out.callId).toBeUndefined()
    expect(out.dialog).toEqual({ callId, localTag, remoteTag, remoteContact })
  })

  test('before any answer its Call-ID alone is known; what comes has our tag at once', async () => {
    const { out, into } = await ring(await parties())
    expect(out.dialog).toEqual({ callId: out.callId, localTag: '', remoteTag: '', remoteContact: '' })
    expect(into.dialog.localTag).not.toBe('')
  })

  test('a caller by From; our registrar alone is believed when it says otherwise', async () => {
    const alice = await startParty('alice')
    const peer = await startPeer()
    peer.on('REGISTER', (request) => ({ status: 200, headers: [`Contact: ${request.header('Contact')}`] }))
    peer.on('INVITE', () => ({
      status: 180,
      headers: [`Contact: <sip:x@127.0.0.1:${peer.port}>`, 'P-Asserted-Identity: "Zoe" <sip:zoe@example.com>'],
    }))
    const call = () => {
      const out = new Invitation(alice.credentials, peer.uri('bob'), { route: peer.route, engine: alice.engine })
      out.setOfferedLocalSdp(audioSdp())
      const early = next(alice, out, 'EARLY')
      out.sendInvite()
      return { out, early }
    }
    const first = call()
    await first.early
    expect(first.out.remoteParty).toMatchObject({ number: 'bob', display: '' })
    const credentials = new Credentials(peer.uri('alice'))
    const registered = alice.engine.notifications.next('registration-changed-state', {
      where: ({ state }) => state === 'registered',
    })
    new Registration(credentials, { engine: alice.engine, route: peer.route }).register()
    await registered
    const second = call()
    const { data } = await alice.engine.notifications.next('invitation-changed-remote-party', { sender: second.out })
    expect(data.party).toMatchObject({ display: 'Zoe', number: 'zoe', source: 'P-Asserted-Identity' })
    expect(second.out.remoteParty).toBe(data.party)
    expect(second.out.diversions).toEqual([])
  })

  test('sent on by a 3xx it is somebody else', async () => {
    const both = await parties()
    const { out, into } = await ring(both, { asksOnRedirect: true })
    expect(into.remoteParty).toMatchObject({ number: 'alice', source: 'From' })
    const asked = both.alice.engine.notifications.next('invitation-redirected', { sender: out })
    into.disconnect(302, { Contact: '<sip:carol@example.com>' })
    const { targets } = (await asked).data
    const moved = both.alice.engine.notifications.next('invitation-changed-remote-party', { sender: out })
    const again = next(both.alice, out, 'CALLING')
    out.redirect(targets)
    expect((await moved).data.party).toMatchObject({ number: 'carol', source: 'Contact' })
    expect((await again).data.target).toBe('sip:carol@example.com')
  })

  test('Reason and Accept are read', async () => {
    const { bob, out, into } = await talk(await parties())
    expect(into.inviteHeaders?.accepts('application/sdp')).toBe(true)
    const over = next(bob, into, 'DISCONNECTED')
    out.disconnect(486, { Reason: 'Q.850;cause=16;text="größer"' })
    expect((await over).data.headers?.reasons).toEqual([{ protocol: 'Q.850', cause: 16, text: 'größer' }])
  })
})

describe('an incoming one', () => {
  test('terms it would have to be refused under, and which responses would be acknowledged', async () => {
    const { out, into } = await ring(await parties())
    const off: SessionTerms = { ...REQUIRED, reliable: 'off' }
    expect(into.refusalUnder(REQUIRED)).toBeUndefined()
    expect([into.reliability(REQUIRED), into.reliability(off)]).toEqual(['all', 'none'])
    expect([out.refusalUnder(off), out.reliability(REQUIRED)]).toEqual([undefined, 'none'])
    const strict = await ring(await parties(), { terms: REQUIRED })
    expect(strict.into.refusalUnder(off)).toEqual({ code: 420, headers: { Unsupported: '100rel' } })
  })

  test('credentials of its own prove what it sends inside the session', async () => {
    const alice = await startParty('alice')
    const peer = await startPeer()
    const came = alice.engine.notifications.next('invitation-changed-state')
    const sdp = audioSdp(41_000).toString()
    const knock = new Invitation(alice.credentials, peer.uri('x'), { route: peer.route, engine: alice.engine })
    peer.on('OPTIONS', () => ({ status: 200 }))
    sendRequest('OPTIONS', alice.credentials, peer.uri('x'), { route: peer.route, engine: alice.engine })
    await alice.engine.notifications.next('request-got-response')
    peer.open(alice.uri.address, ['Content-Type: application/sdp'], sdp)
    const into = (await came).sender
    expect(() => knock.setCredentials(alice.credentials)).toThrow(/incoming/)
    expect(into.credentials).toBeUndefined()
    into.setCredentials(new Credentials(SipUri.parse('sip:alice@example.com'), { password: 'secret' }), {
      route: new Route('192.0.2.1'),
    })
    expect(into.credentials?.uri.host).toBe('example.com')
    expect(into.route).toEqual(new Route('192.0.2.1'))
  })
})

test('a transfer with all that came with it', async () => {
  const { alice, bob, out, into } = await talk(await parties())
  const asked = bob.engine.notifications.next('invitation-got-refer', { sender: into })
  const target = SipUri.parse('sip:carol@example.com;method=BYE?X-A=b%C3%A4&Replaces=c%3Bto-tag%3Dd')
  const over = alice.engine.notifications.next('referral-progress', { where: ({ isFinal }) => isFinal })
  out.refer(target)
  const { referral } = (await asked).data
  expect(referral).toMatchObject({ method: 'BYE', invitation: into, replaces: 'c;to-tag=d' })
  expect(referral.inviteHeaders).toMatchObject({ 'X-A': ['bä'], Replaces: ['c;to-tag=d'] })
  expect(referral.requestUri?.user).toBe('bob')
  referral.reject(603, 'Nie')
  expect((await over).data).toMatchObject({ code: 603, reason: 'Nie' })
})
