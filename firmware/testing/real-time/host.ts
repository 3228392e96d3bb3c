// Sees when the host stands still: a thread that does nothing but sleep, and notes how much later than it asked it wakes up.
import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

/** What an error says of it. */
export const STOOD_STILL = 'the host stood still for'

const SLEEP_MS = 5

/** A pause as long takes away a whole tick of what has to be on time every 10 ms. */
export const LONG_MS = 10

/** What gives the longest pause since the last call, ms. */
export async function watchHost(): Promise<() => number> {
  const shared = new Int32Array(new SharedArrayBuffer(8))
  // The second cell is slept on, and never woken.
  const worker = new Worker(new URL(import.meta.url), { workerData: shared })
  await once(worker, 'message')
  worker.unref()
  return () => Atomics.exchange(shared, 0, 0)
}

if (!isMainThread && workerData instanceof Int32Array) {
  parentPort?.postMessage('watches')
  for (let before = performance.now(); ; ) {
    Atomics.wait(workerData, 1, 0, SLEEP_MS)
    const now = performance.now()
    const late = Math.round(now - before - SLEEP_MS)
    if (late > Atomics.load(workerData, 0)) Atomics.store(workerData, 0, late)
    before = now
  }
}
