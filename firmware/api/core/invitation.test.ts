// Invitations of two engines on loopback: states, triggers, descriptions, misuse.
import { describe, expect, test } from 'vitest'
import { audioSdp, type CoreParty, startParty, toldBy } from '../../testing/core.ts'
import { startPeer } from '../../testing/loopback-peer.ts'
import { CoreError, Invitation, type InvitationState, SdpMedia } from './index.ts'

const names = (party: CoreParty, of?: Invitation) =>
  toldBy(party, 'invitation-changed-state').flatMap((told) =>
    told.name === 'invitation-changed-state' && (of === undefined || told.sender === of) ? [told.data.state] : [],
  )

const updates = (party: CoreParty) =>
  toldBy(party, 'invitation-got-sdp-update').flatMap((told) =>
    told.name === 'invitation-got-sdp-update' ? [told.data] : [],
  )

/** Alice has called, Bob has it before him. */
async function calling(offer = audioSdp()) {
  const [alice, bob] = [await startParty('alice'), await startParty('bob')]
  const out = new Invitation(alice.credentials, bob.uri, { route: bob.route, engine: alice.engine })
  out.setOfferedLocalSdp(offer)
  const came = bob.engine.notifications.next('invitation-changed-state')
  out.sendInvite({ 'X-Test': 'yes' })
  return { alice, bob, out, into: (await came).sender }
}

const reached = (party: CoreParty, sender: Invitation, state: InvitationState) =>
  sender.state === state
    ? Promise.resolve()
    : party.engine.notifications.next('invitation-changed-state', { sender, where: (data) => data.state === state })

async function confirmed() {
  const call = await calling()
  call.into.setOfferedLocalSdp(audioSdp(41_000))
  call.into.acceptInvite()
  await Promise.all([reached(call.alice, call.out, 'CONFIRMED'), reached(call.bob, call.into, 'CONFIRMED')])
  return call
}

const codeOf = (act: () => void): string => {
  try {
    act()
  } catch (error) {
    return error instanceof CoreError ? `${error.code}: ${error.message}` : String(error)
  }
  return 'nothing thrown'
}

test('a call from INVITE to BYE: every state on both sides, attributes in each', async () => {
  const { alice, bob, out, into } = await calling()
  expect(out.isOutgoing).toBe(true)
  expect(out.state).toBe('CALLING')
  expect(out.callId).toBe(into.callId)
  expect(into.isOutgoing).toBe(false)
  expect(into.credentials).toBeUndefined()
  expect(into.route).toBeUndefined()
  expect(into.callerUri.equals(alice.uri)).toBe(true)
  expect(into.remoteUri.equals(alice.uri)).toBe(true)
  expect(into.localUri.equals(bob.uri)).toBe(true)
  expect(out.localUri.equals(alice.uri)).toBe(true)
  expect(into.inviteHeaders?.get('x-test')).toBe('yes')
  expect(into.offeredRemoteSdp?.equals(out.offeredLocalSdp!)).toBe(true)
  expect(into.activeLocalSdp).toBeUndefined()

  into.respondToInviteProvisionally()
  expect(into.state).toBe('EARLY')
  await reached(alice, out, 'EARLY')
  into.setOfferedLocalSdp(audioSdp(41_000))
  into.acceptInvite()
  expect(into.state).toBe('CONNECTING')
  await Promise.all([reached(alice, out, 'CONFIRMED'), reached(bob, into, 'CONFIRMED')])
  expect(out.activeRemoteSdp?.media[0]?.port).toBe(41_000)
  expect(into.activeRemoteSdp?.equals(out.activeLocalSdp!)).toBe(true)
  expect(into.offeredRemoteSdp).toBeUndefined()

  out.disconnect()
  expect(out.state).toBe('DISCONNECTING')
  await Promise.all([reached(alice, out, 'DISCONNECTED'), reached(bob, into, 'DISCONNECTED')])
  expect(out.callId).toBeUndefined()
  expect(into.callId).toBeUndefined()
  expect(names(alice)).toEqual(['CALLING', 'EARLY', 'CONNECTING', 'CONFIRMED', 'DISCONNECTING', 'DISCONNECTED'])
  expect(names(bob)).toEqual(['INCOMING', 'EARLY', 'CONNECTING', 'CONFIRMED', 'DISCONNECTED'])
  expect(updates(alice).map(({ succeeded }) => succeeded)).toEqual([true])
  expect(updates(bob).map(({ succeeded }) => succeeded)).toEqual([true])
  const last = toldBy(bob, 'invitation-changed-state').at(-1)
  expect(last?.data).toMatchObject({ method: 'BYE', code: undefined, previousState: 'CONFIRMED' })
})

test('183 with our answer is early media, and the 200 need not say it again', async () => {
  const { alice, bob, out, into } = await calling()
  into.setOfferedLocalSdp(audioSdp(41_002))
  into.respondToInviteProvisionally(183)
  await reached(alice, out, 'EARLY')
  expect(out.activeRemoteSdp?.media[0]?.port).toBe(41_002)
  into.acceptInvite()
  await reached(bob, into, 'CONFIRMED')
  expect(updates(alice)).toHaveLength(1)
  expect(updates(bob)).toHaveLength(1)
})

test('descriptions handed out are copies', async () => {
  const { out } = await calling()
  out.offeredLocalSdp!.media[0]!.port = 1
  expect(out.offeredLocalSdp!.media[0]!.port).toBe(40_000)
})

test('any media: audio, message and video are decided line by line', async () => {
  const { alice, bob, out, into } = await calling(
    audioSdp(40_000, 'sendrecv', [
      new SdpMedia('message', 2855, 'TCP/MSRP', { formats: ['*'] }),
      new SdpMedia('video', 50_000, 'RTP/AVP', { formats: ['96'] }),
    ]),
  )
  const offer = into.offeredRemoteSdp!
  expect(offer.media.map(({ media }) => media)).toEqual(['audio', 'message', 'video'])
  expect(codeOf(() => into.setOfferedLocalSdp(audioSdp(41_000)))).toMatch(/^argument: .*3 media/)
  const answer = audioSdp(0, 'inactive', [
    new SdpMedia('message', 2856, 'TCP/MSRP', { formats: ['*'] }),
    new SdpMedia('video', 0, 'RTP/AVP', { formats: ['96'] }),
  ])
  into.setOfferedLocalSdp(answer)
  into.acceptInvite()
  await Promise.all([reached(alice, out, 'CONFIRMED'), reached(bob, into, 'CONFIRMED')])
  expect(out.activeRemoteSdp?.media.map(({ port }) => port)).toEqual([0, 2856, 0])
})

test('a late offer: theirs comes in the 200, our answer goes in the ACK', async () => {
  const [alice, bob] = [await startParty('alice'), await startParty('bob')]
  const out = new Invitation(alice.credentials, bob.uri, { route: bob.route, engine: alice.engine })
  const came = bob.engine.notifications.next('invitation-changed-state')
  out.sendInvite()
  const into = (await came).sender
  expect(into.offeredRemoteSdp).toBeUndefined()
  expect(codeOf(() => into.acceptInvite())).toMatch(/^state: .*setOfferedLocalSdp/)
  into.setOfferedLocalSdp(audioSdp(41_000))
  into.acceptInvite()
  const offer = await alice.engine.notifications.next('invitation-got-sdp-offer', { sender: out })
  expect(offer.data.remoteSdp.media[0]?.port).toBe(41_000)
  out.setOfferedLocalSdp(audioSdp(40_002))
  out.acknowledge()
  await Promise.all([reached(alice, out, 'CONFIRMED'), reached(bob, into, 'CONFIRMED')])
  expect(into.activeRemoteSdp?.media[0]?.port).toBe(40_002)
  expect(out.activeRemoteSdp?.media[0]?.port).toBe(41_000)
})

describe('the end, by state', () => {
  test('CALLING and EARLY: CANCEL', async () => {
    const { alice, bob, out, into } = await calling()
    out.disconnect()
    expect(out.state).toBe('DISCONNECTING')
    await Promise.all([reached(alice, out, 'DISCONNECTED'), reached(bob, into, 'DISCONNECTED')])
    expect(toldBy(bob, 'invitation-changed-state').at(-1)?.data).toMatchObject({ method: 'CANCEL' })
    expect(toldBy(alice, 'invitation-changed-state').at(-1)?.data).toMatchObject({ code: 487 })
  })

  test('INCOMING: a negative response, 486 by default', async () => {
    const { alice, out, into } = await calling()
    into.disconnect()
    await reached(alice, out, 'DISCONNECTED')
    expect(toldBy(alice, 'invitation-changed-state').at(-1)?.data).toMatchObject({ code: 486, cause: 'remote' })
  })

  test('EARLY: the response asked for, with its headers', async () => {
    const { alice, out, into } = await calling()
    into.respondToInviteProvisionally(182)
    into.disconnect(302, { Contact: '<sip:carol@127.0.0.1:5999>' })
    await reached(alice, out, 'DISCONNECTED')
    const last = toldBy(alice, 'invitation-changed-state').at(-1)
    expect(last?.data).toMatchObject({ code: 302 })
    expect(last?.name === 'invitation-changed-state' && last.data.headers?.contacts[0]?.uri?.user).toBe('carol')
  })

  test('nobody answers: 408 is made here', { timeout: 45_000 }, async () => {
    const alice = await startParty('alice')
    const nobody = await startParty('nobody')
    const { route, uri } = nobody
    await nobody.engine.stop()
    const out = new Invitation(alice.credentials, uri, { route, engine: alice.engine })
    out.setOfferedLocalSdp(audioSdp())
    out.sendInvite()
    await reached(alice, out, 'DISCONNECTED')
    const last = toldBy(alice, 'invitation-changed-state').at(-1)?.data
    expect(last).toMatchObject({ state: 'DISCONNECTED', headers: undefined })
    expect([408, 503]).toContain((last as { code: number }).code)
  })
})

describe('changes', () => {
  test('re-INVITE: REINVITING here, REINVITED there, both back in CONFIRMED with the new descriptions', async () => {
    const { alice, bob, out, into } = await confirmed()
    const asked = reached(bob, into, 'REINVITED')
    out.setOfferedLocalSdp(audioSdp(40_004, 'sendonly'))
    out.sendReinvite()
    expect(out.state).toBe('REINVITING')
    await asked
    expect(into.offeredRemoteSdp?.media[0]?.direction).toBe('sendonly')
    expect(codeOf(() => into.respondToReinvite(200))).toMatch(/^state: .*setOfferedLocalSdp/)
    into.respondToReinvite()
    expect(into.state).toBe('REINVITED')
    into.setOfferedLocalSdp(audioSdp(41_000, 'recvonly'))
    into.respondToReinvite(200)
    expect(into.state).toBe('CONFIRMED')
    await reached(alice, out, 'CONFIRMED')
    expect(out.activeRemoteSdp?.media[0]?.direction).toBe('recvonly')
    expect(into.activeRemoteSdp?.media[0]?.port).toBe(40_004)
    expect(updates(alice)).toHaveLength(2)
  })

  test('a refused re-INVITE leaves what was in force', async () => {
    const { alice, bob, out, into } = await confirmed()
    const asked = reached(alice, out, 'REINVITED')
    const failed = bob.engine.notifications.next('invitation-got-sdp-update', {
      sender: into,
      where: ({ succeeded }) => !succeeded,
    })
    into.setOfferedLocalSdp(audioSdp(41_006))
    into.sendReinvite()
    await asked
    out.respondToReinvite(488)
    await reached(bob, into, 'CONFIRMED')
    expect((await failed).data).toEqual({ succeeded: false, error: '488 Not Acceptable Here' })
    expect(into.activeLocalSdp?.media[0]?.port).toBe(41_000)
    expect(into.offeredLocalSdp).toBeUndefined()
    expect(out.offeredRemoteSdp).toBeUndefined()
  })

  test('an UPDATE with an offer is answered by itself with what is in force', async () => {
    const { alice, bob, out, into } = await confirmed()
    const through = alice.engine.notifications.next('invitation-got-sdp-update', { sender: out })
    out.setOfferedLocalSdp(audioSdp(40_008))
    out.sendUpdate()
    expect((await through).data.succeeded).toBe(true)
    expect(into.activeRemoteSdp?.media[0]?.port).toBe(40_008)
    expect(into.activeLocalSdp?.media[0]?.port).toBe(41_000)
    await reached(bob, into, 'CONFIRMED')
  })
})

test('another answer in the 200 than in the 183: the last one counts', async () => {
  const [alice, peer] = [await startParty('alice'), await startPeer()]
  const headers = [`Contact: <sip:bob@127.0.0.1:${peer.port}>`]
  peer.on('INVITE', () => [
    { status: 183, headers, body: audioSdp(41_100).toString() },
    { status: 200, headers, body: audioSdp(41_200).toString() },
  ])
  peer.on('BYE', () => ({ status: 200 }))
  const out = new Invitation(alice.credentials, peer.uri('bob'), { engine: alice.engine })
  out.setOfferedLocalSdp(audioSdp())
  out.sendInvite()
  await reached(alice, out, 'CONFIRMED')
  expect(updates(alice).map((each) => each.succeeded && each.remoteSdp.media[0]?.port)).toEqual([41_100, 41_200])
})

test('an answer that cannot be: told with its fault, and what was in force stays', async () => {
  const [alice, peer] = [await startParty('alice'), await startPeer()]
  const headers = [`Contact: <sip:bob@127.0.0.1:${peer.port}>`]
  peer.on('INVITE', () => ({ status: 200, headers, body: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n' }))
  peer.on('BYE', () => ({ status: 200 }))
  const out = new Invitation(alice.credentials, peer.uri('bob'), { engine: alice.engine })
  out.setOfferedLocalSdp(audioSdp())
  out.sendInvite()
  await reached(alice, out, 'CONFIRMED')
  expect(updates(alice)).toEqual([{ succeeded: false, error: 'expected an answer of 1 media, got 0' }])
  expect(out.activeRemoteSdp).toBeUndefined()
})

test('an offer that cannot be read is refused with 488', async () => {
  const [bob, peer] = [await startParty('bob'), await startPeer()]
  const trigger = new Invitation(bob.credentials, peer.uri('x'), { engine: bob.engine })
  peer.on('INVITE', () => ({ status: 486 }))
  trigger.setOfferedLocalSdp(audioSdp())
  trigger.sendInvite()
  await reached(bob, trigger, 'DISCONNECTED')
  const refused = bob.engine.notifications.next('invitation-got-sdp-update')
  peer.open(bob.uri.address, ['Content-Type: application/sdp'], 'v=0\r\n')
  expect((await refused).data).toMatchObject({ succeeded: false })
  await expect.poll(() => peer.responses.at(-1)?.status).toBe(488)
})

describe('what each state allows', () => {
  const METHODS = {
    sendInvite: (it: Invitation) => it.sendInvite(),
    respondToInviteProvisionally: (it: Invitation) => it.respondToInviteProvisionally(),
    acceptInvite: (it: Invitation) => it.acceptInvite(),
    acknowledge: (it: Invitation) => it.acknowledge(),
    sendReinvite: (it: Invitation) => it.sendReinvite(),
    sendUpdate: (it: Invitation) => it.sendUpdate(),
    respondToReinvite: (it: Invitation) => it.respondToReinvite(),
    disconnect: (it: Invitation) => it.disconnect(),
  }
  type Method = keyof typeof METHODS
  const ALLOWED: Readonly<Record<string, readonly Method[]>> = {
    'NULL out': ['sendInvite'],
    'CALLING out': ['disconnect'],
    'EARLY out': ['disconnect', 'sendUpdate', 'acknowledge'],
    'INCOMING in': ['respondToInviteProvisionally', 'acceptInvite', 'disconnect'],
    'EARLY in': ['respondToInviteProvisionally', 'acceptInvite', 'disconnect', 'sendUpdate', 'acknowledge'],
    'CONFIRMED out': ['sendReinvite', 'sendUpdate', 'disconnect'],
    'REINVITING out': ['disconnect', 'acknowledge'],
    'REINVITED in': ['respondToReinvite', 'disconnect'],
    'DISCONNECTING out': [],
    'DISCONNECTED in': [],
  }
  const refuses = (it: Invitation, seen: Set<string>) => {
    const where = `${it.state} ${it.isOutgoing ? 'out' : 'in'}`
    const allowed = ALLOWED[where]
    if (allowed === undefined) throw new Error(`${where} is not in the table`)
    seen.add(where)
    for (const [name, call] of Object.entries(METHODS)) {
      if (allowed.includes(name as Method)) continue
      const said = codeOf(() => call(it))
      expect(said, `${name} in ${where}`).toMatch(/^state: /)
      expect(said, `${name} in ${where}`).toMatch(new RegExp(`${it.state}|outgoing|incoming`))
    }
  }

  test('all of the table, on the way through one call', async () => {
    const seen = new Set<string>()
    const [alice, bob] = [await startParty('alice'), await startParty('bob')]
    const out = new Invitation(alice.credentials, bob.uri, { route: bob.route, engine: alice.engine })
    refuses(out, seen)
    out.setOfferedLocalSdp(audioSdp())
    const came = bob.engine.notifications.next('invitation-changed-state')
    out.sendInvite()
    refuses(out, seen)
    const into = (await came).sender
    refuses(into, seen)
    into.respondToInviteProvisionally()
    refuses(into, seen)
    await reached(alice, out, 'EARLY')
    refuses(out, seen)
    into.setOfferedLocalSdp(audioSdp(41_000))
    into.acceptInvite()
    await Promise.all([reached(alice, out, 'CONFIRMED'), reached(bob, into, 'CONFIRMED')])
    refuses(out, seen)
    const asked = reached(bob, into, 'REINVITED')
    out.setOfferedLocalSdp(audioSdp())
    out.sendReinvite()
    refuses(out, seen)
    await asked
    refuses(into, seen)
    out.disconnect()
    refuses(out, seen)
    await reached(bob, into, 'DISCONNECTED')
    refuses(into, seen)
    expect([...seen].sort()).toEqual(Object.keys(ALLOWED).sort())
  })
})

test('misuse throws and names the state', async () => {
  const alice = await startParty('alice')
  const out = new Invitation(alice.credentials, alice.uri, { engine: alice.engine })
  const methods = {
    respondToInviteProvisionally: () => out.respondToInviteProvisionally(),
    acceptInvite: () => out.acceptInvite(),
    acknowledge: () => out.acknowledge(),
    sendReinvite: () => out.sendReinvite(),
    sendUpdate: () => out.sendUpdate(),
    respondToReinvite: () => out.respondToReinvite(),
    disconnect: () => out.disconnect(),
  }
  for (const [name, act] of Object.entries(methods)) {
    const said = codeOf(act)
    expect(said, name).toMatch(/^state: /)
    expect(said, name).toContain('NULL')
  }
})

test('misuse in later states', async () => {
  const { alice, bob, out, into } = await calling()
  expect(codeOf(() => out.sendInvite())).toMatch(/^state: .*CALLING/)
  expect(codeOf(() => into.sendInvite())).toMatch(/^state: .*INCOMING/)
  expect(codeOf(() => into.respondToInviteProvisionally(200))).toMatch(/^argument: .*101–199/)
  expect(codeOf(() => into.disconnect(200))).toMatch(/^argument: .*300–699/)
  expect(codeOf(() => into.acceptInvite())).toMatch(/^state: .*setOfferedLocalSdp/)
  expect(codeOf(() => out.sendReinvite())).toMatch(/^state: .*CALLING/)
  into.disconnect()
  await reached(alice, out, 'DISCONNECTED')
  expect(codeOf(() => out.disconnect())).toMatch(/^state: .*DISCONNECTED/)
  await bob.engine.stop()
  expect(codeOf(() => into.disconnect())).toMatch(/^stopped: /)
})
