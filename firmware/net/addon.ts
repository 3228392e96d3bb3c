// The native addon as this folder uses it, loaded on first use.
import { createRequire } from 'node:module'

/** `native/binding/udp.cc`; `udp.ts` wraps it. */
export interface NativeUdpSocket {
  readonly port: number
  send(address: string, port: number, data: string): void
  flush(): void
  close(): void
  counters(): Record<string, number>
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
}

let loaded: NativeNet | undefined

/** Throws when the addon is not built (`make -C native addon`). OFFHOOK_ADDON names another file than the build's. */
export function nativeNet(): NativeNet {
  const file = process.env.OFFHOOK_ADDON ?? new URL('../../build/native/offhook.node', import.meta.url).pathname
  loaded ??= createRequire(import.meta.url)(file) as NativeNet
  return loaded
}
