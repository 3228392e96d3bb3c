// Tells a supervisor how we are, as sd_notify(3) does: a datagram to its Unix socket.
import { loadAddon } from './addon.ts'

/**
 * `socket`: a path, or a name of the abstract namespace after @, as NOTIFY_SOCKET has it; `text`: e.g. `READY=1`.
 * Returns at once. Throws an Error with the system's words when it cannot be sent.
 */
export function notify(socket: string, text: string): void {
  const addon = loadAddon() as { notify(socket: string, text: string): void }
  addon.notify(socket, text)
}
