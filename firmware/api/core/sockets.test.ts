// Transports on sockets of the application's, and such as send from other ports than they listen on.
import { createSocket, type Socket } from 'node:dgram'
import { expect, test } from 'vitest'
import { pause, sessionOf, transport, withSound } from '../../testing/core-sound.ts'
import { freePort } from '../../testing/interop/ports.ts'
import { AudioTransport, RtpTransport } from './index.ts'

const TALKS = { codecs: ['PCMA'], enableSilenceDetection: false }

async function bound(): Promise<{ readonly socket: Socket; readonly fd: number; readonly port: number }> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { socket, fd: (socket as unknown as { _handle: { fd: number } })._handle.fd, port: socket.address().port }
}

/** Sound from one with these options to a plain one and back, once both have received some. */
async function between(options: object) {
  const [alice, bob] = [await withSound('alice'), await withSound('bob')]
  const caller = new AudioTransport(await transport(alice, options), TALKS)
  const offer = sessionOf(caller.getLocalMedia(true))
  const callee = new AudioTransport(await transport(bob), { ...TALKS, remoteSdp: offer })
  caller.start(offer, sessionOf(callee.getLocalMedia(false)))
  for (let tries = 0; tries < 100; tries++) {
    const both = [await caller.getStatistics(), await callee.getStatistics()]
    if (both.every(({ receivedPackets }) => receivedPackets > 20)) return { caller, callee, offer, alice }
    await pause(50)
  }
  throw new Error('no sound came within 5 s')
}

test('two sockets handed in: their ports are in the description, sound goes through them both ways', async () => {
  const [rtp, rtcp] = [await bound(), await bound()]
  const { caller, callee, offer } = await between({ sockets: { rtp: { fd: rtp.fd }, rtcp: { fd: rtcp.fd } } })
  expect(offer.media[0]!.port).toBe(rtp.port)
  expect(offer.media[0]!.attributes.find(({ name }) => name === 'rtcp')?.value).toBe(`${rtcp.port}`)
  expect([caller.transport.localRtpPort, caller.transport.localRtcpPort]).toEqual([rtp.port, rtcp.port])
  expect(callee.transport.remoteRtpPortReceived).toBe(rtp.port)
  caller.stop()
  caller.transport.close()
  // Still the application's.
  await new Promise<void>((resolve, reject) =>
    rtp.socket.send('x', rtp.port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
  )
  rtp.socket.close()
  rtcp.socket.close()
})

test('sockets to send from: sound comes from there, and goes to the port in the description', async () => {
  const [rtp, rtcp] = [await bound(), await bound()]
  const sendSockets = { rtp: { fd: rtp.fd }, rtcp: { fd: rtcp.fd } }
  const { caller, callee, offer } = await between({ sendSockets })
  expect(offer.media[0]!.port).toBe(caller.transport.localRtpPort)
  expect(callee.transport.remoteRtpPortReceived).toBe(rtp.port)
  expect(rtp.port).not.toBe(offer.media[0]!.port)
  rtp.socket.close()
  rtcp.socket.close()
})

test('asymmetric RTP from ports of the engine', async () => {
  const { caller, callee } = await between({ sendSockets: 'other-ports' })
  expect(callee.transport.remoteRtpPortSdp).toBe(caller.transport.localRtpPort)
  expect(callee.transport.remoteRtpPortReceived).not.toBe(caller.transport.localRtpPort)
  expect(caller.transport.remoteRtpPortReceived).toBe(callee.transport.localRtpPort)
})

test('what cannot be used is told with the reason; the ports it had so far are free again', async () => {
  const only = await freePort(2)
  const alice = await withSound('alice', { rtpPortRange: [only, only + 1] })
  const failure = async (options: object) => {
    const made = new RtpTransport({ engine: alice.engine, ...options })
    const told = alice.engine.notifications.next('rtp-transport-did-fail', { sender: made })
    made.init()
    const { reason } = (await told).data
    expect(made.state).toBe('NULL')
    return reason
  }
  expect(await failure({ sockets: { rtp: { fd: 0x7fff_fff0 } } })).toBe('descriptor 2147483632: EBADF')
  const taken = await bound()
  const at = { address: '127.0.0.1', port: taken.port }
  expect(await failure({ sendSockets: { rtp: at } })).toBe(`cannot bind 127.0.0.1 port ${taken.port}: EADDRINUSE`)
  taken.socket.close()
  await pause(100)
  expect((await transport(alice)).localRtpPort).toBe(only)
  expect(() => new RtpTransport({ engine: alice.engine, localRtpAddress: '127.0.0.1', sockets: { rtp: at } })).toThrow(
    'localRtpAddress',
  )
})
