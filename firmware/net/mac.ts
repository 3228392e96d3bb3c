// The hardware address of the interface that has a network address.
import { networkInterfaces } from 'node:os'

/** '' when no interface has the address, or its kind has none. */
export function macOf(address: string): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const mac = all.find((one) => one.address === address)?.mac ?? ''
  return /[1-9a-f]/i.test(mac) ? mac : ''
}
