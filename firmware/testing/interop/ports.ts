// Ports for tests, which are nobody else's: outside those the kernel chooses from (32768–60999) and the product's (16384–16583,
// its lab's 21000–21199 and 22000–22399). A process has slices of them to itself, each claimed by an abstract socket: that ends
// with the process, and belongs to the network namespace, as ports do.
import { createServer } from 'node:net'
import { isFree } from '../../lab/free-port.ts'

const [FIRST, SLICE, SLICES] = [24_000, 250, 35] as const
const TRIES = 3

let next = 0
let end = 0

/** Begins anywhere, so that what a stranger listens on is not met by each. */
function claimSlice(): void {
  const start = Math.floor(Math.random() * SLICES)
  for (let n = 0; n < SLICES; n++) {
    const slice = (start + n) % SLICES
    const claim = createServer().on('error', () => {})
    claim.listen(`\0offhook-test-ports-${slice}`).unref()
    if (!claim.listening) continue
    next = FIRST + slice * SLICE
    end = next + SLICE
    return
  }
  throw new Error(`ports ${FIRST}–${FIRST + SLICES * SLICE - 1} are all claimed by other tests`)
}

/** The first, an even one, of `count` ports that no test is given again: for whoever looks himself which of them are free. */
export function takePorts(count: number): number {
  if (count > SLICE) throw new RangeError(`${count} ports: expected ${SLICE} or fewer`)
  const even = count + (count % 2)
  if (next + even > end) claimSlice()
  next += even
  return next - even
}

/** Gives ranges of 40 ports for RTP, six in turn: what one engine has just given back stays out of the way of the next. */
export function rtpRanges(): () => readonly [min: number, max: number] {
  const [size, count] = [40, 6]
  const first = takePorts(size * count)
  let given = 0
  return () => {
    const min = first + size * (given++ % count)
    return [min, min + size - 1]
  }
}

/** As `takePorts`, each of them free right now for UDP and TCP. */
export async function freePort(count = 1, address = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < SLICE; tries++) {
    const first = takePorts(count)
    const free = await Promise.all(Array.from({ length: count }, (_, n) => isFree(first + n, address)))
    if (free.every((each) => each)) return first
  }
  throw new Error(`no ${count} ports free on ${address}`)
}

/**
 * Starts what listens on `count` ports from the one it is given; somebody may take one before it does, and then it is started
 * again with others.
 */
export async function onFreePorts<T>(
  count: number,
  start: (first: number) => Promise<T>,
  address?: string,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const first = await freePort(count, address)
    try {
      return await start(first)
    } catch (error) {
      if (tries === TRIES || !/Address already in use/i.test(String(error))) throw error
    }
  }
}
