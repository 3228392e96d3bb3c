// The native addon as this folder uses it, loaded on first use.
import { loadAddon } from '../../native/lib/addon.ts'

/** `native/binding/udp.cc`; `udp.ts` wraps it. */
export interface NativeUdpSocket {
  readonly port: number
  /** What the system refused of the mark of its packets, e.g. `IP_TOS EPERM`; '' when it has it. */
  readonly unmarked: string
  send(address: string, port: number, data: string): void
  flush(): void
  close(): void
  counters(): Record<string, number>
}

/** `native/binding/network_watch.cc`; `network-watch.ts` wraps it. */
export interface NativeNetworkWatch {
  close(): void
}

export interface NativeNet {
  readonly UdpSocket: new (
    address: string,
    port: number,
    dscp: number,
    perSecond: number,
    burst: number,
    onBatch: (...dataFromLocal: (string | number)[]) => void,
    onUnreachable: (address: string, port: number, code: string) => void,
    onError: (code: string) => void,
  ) => NativeUdpSocket
  readonly NetworkWatch: new (onChange: () => void, onError: (code: string) => void) => NativeNetworkWatch
  /** `native/binding/tune.cc`, for sockets of node:net: '' or what the system refused. */
  readonly tuneSocket: (fd: number, dscp: number, userTimeoutMs: number) => string
}

/** Throws when the addon is not built. */
export const nativeNet = (): NativeNet => loadAddon() as NativeNet
