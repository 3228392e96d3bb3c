// Virtio serial ports: a byte stream between a program in the guest and a socket of this machine.
import { createConnection, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** QEMU's arguments for ports by their name in the guest; the values are paths of sockets. */
export const portArguments = (ports: Readonly<Record<string, string>>): readonly string[] => [
  ...(Object.keys(ports).length > 0 ? ['-device', 'virtio-serial-pci'] : []),
  ...Object.entries(ports).flatMap(([name, path]) => [
    ...['-chardev', `socket,id=port-${name},path=${path},server=on,wait=off`],
    ...['-device', `virtserialport,chardev=port-${name},name=${name}`],
  ]),
]

/** Connects as soon as QEMU listens; it keeps what is sent until the guest opens the port. Throws after ten seconds. */
export async function connectPort(path: string): Promise<Socket> {
  for (let tries = 0; ; tries++) {
    const socket = await new Promise<Socket | Error>((resolve) => {
      const attempt = createConnection(path, () => resolve(attempt))
      attempt.once('error', resolve)
    })
    if (!(socket instanceof Error)) return socket.on('error', () => {})
    if (tries === 500) throw socket
    await sleep(20)
  }
}
