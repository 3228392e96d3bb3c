// Many calls in a row: memory, sockets and threads are as before.
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activity } from '../../runtime/demo/witness.ts'
import { type PhoneInLab, startPhone } from './phone.ts'
import { startSipp } from './sipp.ts'

const CALLS = Number(process.env.MANY_CALLS ?? 8)
/** The first ones fill what is kept for good. */
const FIRST = 4

let phone: PhoneInLab
/** Lifts when it rings, and puts down when the other side has gone: the phone of somebody quick. */
let quick = false
beforeAll(async () => {
  phone = await startPhone(1000, {
    witness(seen) {
      if (!quick) return
      if (activity('ringing')(seen)) phone.board.lift()
      if (activity('ended')(seen)) phone.board.hangUp()
    },
  })
}, 20_000)
afterAll(async () => {
  await phone?.stop()
  phone?.dispose()
})

/** Sockets, files and threads: a port that is not given back is one of them. */
const open = () => ({ files: readdirSync('/proc/self/fd').length, threads: readdirSync('/proc/self/task').length })

async function calls(count: number) {
  quick = true
  const { sipPort, user } = phone.lab.phone
  const sipp = await startSipp('short-call', {
    ...{ target: `127.0.0.1:${sipPort}`, user, calls: count, holdMs: 60, seconds: 20 + count },
  })
  const { code, log } = await sipp.done
  expect(code, log.slice(-4000)).toBe(0)
  await sleep(300)
  quick = false
  await phone.putDown()
}

test(
  `${CALLS} calls`,
  async () => {
    await calls(FIRST)
    await sleep(500)
    const [before, mb] = [open(), process.memoryUsage.rss() / 1e6]
    await calls(CALLS)
    await expect.poll(() => open().files, { timeout: 5000 }).toBeLessThanOrEqual(before.files)
    await expect.poll(() => open().threads, { timeout: 5000 }).toBeLessThanOrEqual(before.threads)
    expect(process.memoryUsage.rss() / 1e6 - mb).toBeLessThan(10)
    expect(phone.complaints).toEqual([])
  },
  40_000 + CALLS * 2000,
)
