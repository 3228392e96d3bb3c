// Where a packet comes from or goes to.

/** An IPv4 or IPv6 literal (no brackets, no zone, no name) with a port. */
export interface SocketAddress {
  readonly address: string
  readonly port: number
}

export const sameAddress = (a: SocketAddress, b: SocketAddress): boolean => a.port === b.port && a.address === b.address

/** `192.0.2.1:5060` or `[2001:db8::1]:5060`. */
export const showAddress = (a: SocketAddress): string =>
  a.address.includes(':') ? `[${a.address}]:${a.port}` : `${a.address}:${a.port}`
