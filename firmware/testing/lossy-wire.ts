// A wire between two phones on loopback: carries the INVITE and its answers, puts itself in the place of both in their
// descriptions, and loses of the sound what it is told to.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** RFC 3550 §5.1, as far as a decision to lose a packet needs it. */
export interface PassingPacket {
  readonly payloadType: number
  readonly timestamp: number
}

export interface LossyWire {
  /** Calls to this port of 127.0.0.1 reach the other phone. */
  readonly port: number
  /** How many of the packets of each payload type have come to the caller's end, and how many of them were lost. */
  readonly seen: ReadonlyMap<number, number>
  lost: number
  close(): void
}

const bound = async (): Promise<Socket> => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}
const AUDIO = /m=audio (\d+)/

/** To the phone at `sipPort`. `loses`: whether this packet of the caller is lost. */
export async function lossyWire(sipPort: number, loses: (packet: PassingPacket) => boolean): Promise<LossyWire> {
  // What stands for the caller at the phone called, and for that at the caller.
  const [sip, asCaller, asCalled] = [await bound(), await bound(), await bound()]
  const seen = new Map<number, number>()
  const wire = {
    port: sip.address().port,
    seen,
    lost: 0,
    close: () => {
      for (const socket of [sip, asCaller, asCalled]) socket.close()
    },
  }
  let caller: RemoteInfo | undefined
  let [callerPort, calledPort] = [0, 0]

  /** Ports have five digits, so the length stays. */
  const inPlace = (text: string, socket: Socket, note: (port: number) => void) => {
    const port = AUDIO.exec(text)?.[1]
    if (port === undefined) return text
    note(Number(port))
    return text.replace(AUDIO, `m=audio ${socket.address().port}`)
  }
  sip.on('message', (data, from) => {
    const text = data.toString('latin1')
    if (text.startsWith('SIP/2.0')) {
      const out = inPlace(text, asCalled, (port) => (calledPort = port))
      if (caller) sip.send(Buffer.from(out, 'latin1'), caller.port, caller.address)
    } else {
      caller = from
      const out = inPlace(text, asCaller, (port) => (callerPort = port))
      sip.send(Buffer.from(out, 'latin1'), sipPort, '127.0.0.1')
    }
  })
  asCalled.on('message', (data) => {
    const packet = { payloadType: data[1]! & 0x7f, timestamp: data.readUInt32BE(4) }
    seen.set(packet.payloadType, (seen.get(packet.payloadType) ?? 0) + 1)
    if (loses(packet)) wire.lost++
    else if (calledPort > 0) asCaller.send(data, calledPort, '127.0.0.1')
  })
  asCaller.on('message', (data) => callerPort > 0 && asCalled.send(data, callerPort, '127.0.0.1'))
  return wire
}
