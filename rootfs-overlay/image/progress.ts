// What the builder says on standard error: its steps with their times, and what moves inside a long one.

export interface Progress {
  /** A step begins. */
  readonly step: (text: string) => void
  /** Inside a step: written over itself on a terminal, elsewhere a line at most every ten seconds. */
  readonly moving: (text: string) => void
}

const QUIET_MS = 10_000

/** `now` in milliseconds; `terminal` is whether lines can be written over. */
export function progress(
  write: (text: string) => void,
  terminal: boolean,
  now: () => number = () => performance.now(),
): Progress {
  const begun = now()
  let movedAt = begun
  let open = false
  const line = (text: string) => `[image ${((now() - begun) / 1000).toFixed(1).padStart(5)} s] ${text}`
  return {
    step(text) {
      write(`${open ? '\n' : ''}${line(text)}\n`)
      open = false
      movedAt = now()
    },
    moving(text) {
      if (terminal) {
        write(`\r\x1b[K${line(`  ${text}`)}`)
        open = true
      } else if (now() - movedAt >= QUIET_MS) {
        write(`${line(`  ${text}`)}\n`)
        movedAt = now()
      }
    },
  }
}
