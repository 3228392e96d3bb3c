// What a stream of the core says beside its sound: digits in a row, holding, what was agreed on, and the same stream over other sockets.
import { expect, test } from 'vitest'
import { sessionOf, stream, thrown, transport, withSound } from '../../testing/core-sound.ts'
import { AudioTransport, type SdpMedia } from './index.ts'

test('digits in a row, each once, and told when they are out', async () => {
  const [alice, bob] = [await withSound('alice'), await withSound('bob')]
  const { caller, callee } = await stream(alice, bob, { codecs: ['PCMA'] })
  expect([caller.hasTelephoneEvents, caller.srtpSuite, caller.isHeld]).toEqual([true, undefined, false])
  let heard = ''
  bob.engine.notifications.addObserver(({ data }) => (heard += data.digit), {
    name: 'audio-transport-got-dtmf',
    sender: callee,
  })
  const sent = alice.engine.notifications.next('audio-transport-sent-digits', { sender: caller })
  caller.sendDigits('12#', 60)
  expect((await sent).data.digits).toBe('12#')
  await expect.poll(() => heard).toBe('12#')
  expect(thrown(() => caller.sendDigits('1-2'))).toMatch(/^argument: digits/)
})

test('who is held knows it; the one who holds does not', async () => {
  const [alice, bob] = [await withSound('alice'), await withSound('bob')]
  const { caller, callee } = await stream(alice, bob, { codecs: ['PCMA'] })
  const offer = sessionOf(caller.getLocalMedia(true, 'sendonly'))
  const answer = sessionOf(callee.getLocalMedia(false, 'sendrecv', offer))
  callee.update(answer, offer)
  caller.update(offer, answer)
  expect([callee.isHeld, callee.direction]).toEqual([true, 'recvonly'])
  expect([caller.isHeld, caller.direction]).toEqual([false, 'sendonly'])
})

test('payload types keep their meaning over other sockets', async () => {
  const alice = await withSound('alice')
  const codecs = ['OPUS', 'PCMA']
  const first = new AudioTransport(await transport(alice), { codecs })
  const theirs = sessionOf(first.getLocalMedia(true))
  theirs.media[0]!.formats = theirs.media[0]!.formats.map((each) => (each === '111' ? '96' : each))
  for (const attribute of theirs.media[0]!.attributes) attribute.value = attribute.value?.replace(/^111 /, '96 ')
  const answer = new AudioTransport(await transport(alice), { codecs }).getLocalMedia(false, 'sendrecv', theirs)
  const moved = new AudioTransport(await transport(alice), { codecs, previous: answer })
  expect(moved.getLocalMedia(true).formats).toContain('96')
  expect(moved.getLocalMedia(true).formats).not.toContain('111')
})

test.each([
  ['offer', undefined, true],
  ['offer', 'off', false],
  [undefined, undefined, false],
] as const)('RTCP on the port of RTP: ours %s, theirs %s', async (ours, theirs, shared) => {
  const alice = await withSound('alice')
  const muxed = (media: SdpMedia) => media.attributes.some(({ name }) => name === 'rtcp-mux')
  const made = async (rtcpMux: 'offer' | 'off' | undefined) =>
    new AudioTransport(await transport(alice), rtcpMux === undefined ? {} : { rtcpMux })
  const offer = (await made(ours)).getLocalMedia(true)
  expect(muxed(offer)).toBe(ours === 'offer')
  const answer = (await made(theirs)).getLocalMedia(false, 'sendrecv', sessionOf(offer))
  expect(muxed(answer)).toBe(shared)
})
