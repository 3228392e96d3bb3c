// What a power cut leaves of the phone's configurations: the disk after each single write, mended and read as the phone does.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { NOTHING_STORED, remember, type Stored, type StoreRecord } from '../../provisioning/core/stored.ts'
import { readRecords } from '../../provisioning/store/journal.ts'
import { loggedDrive, readBlockLog, replay } from './block-log.ts'
import type { Scene } from './scenario.ts'

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }

/** An empty volume for what the machine keeps: /var/lib of the guest. */
export function makeDataDisk(file: string): void {
  execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-L', 'offhook-data', file, '32M'], { env, stdio: 'pipe' })
}

export interface Left {
  /** What the phone would begin with; undefined: its journal is not there yet. */
  readonly stored: Stored | undefined
  /** Records in the middle that were lost. */
  readonly damaged: number
}

/** Throws when the volume cannot be mended from its own journal. */
export function whatIsLeft(disk: string, scratch: string): Left {
  copyFileSync(disk, scratch)
  const check = spawnSync('e2fsck', ['-p', scratch], { env, encoding: 'utf8' })
  // 0: clean, 1: mended.
  if (check.status !== 0 && check.status !== 1)
    throw new Error(`e2fsck: ${check.status}\n${check.stdout}${check.stderr}`)
  const journal = `${scratch}.journal`
  execFileSync('rm', ['-f', journal])
  execFileSync('debugfs', ['-R', `dump /offhook/provisioning.journal ${journal}`, scratch], { env, stdio: 'pipe' })
  let bytes: Buffer
  try {
    bytes = readFileSync(journal)
  } catch {
    return { stored: undefined, damaged: 0 }
  }
  const { records, damaged } = readRecords(bytes)
  const stored = (records as StoreRecord[])
    .filter(({ kind }) => (kind as string) !== 'sessions')
    .reduce(remember, NOTHING_STORED)
  return { stored, damaged }
}

/** The disk after each of the writes in the log, from write number `from` on, beginning with what stood before all. */
export function* everyCut(
  before: string,
  log: string,
  from: number,
  work: string,
): Generator<Left & { readonly cut: number }> {
  copyFileSync(before, work)
  const writes = readBlockLog(log)
  replay(work, writes.slice(0, from))
  for (let cut = from; cut <= writes.length; cut++) {
    if (cut > from) replay(work, writes.slice(cut - 1, cut))
    yield { cut, ...whatIsLeft(work, `${work}.mended`) }
  }
}

/**
 * Plays it: the power goes so many ms after each new configuration was published, and the phone is switched on again. It
 * begins with what it had or with what is new, never with less; and so it would, had the power gone after any single write.
 */
export async function cutPower(scene: Scene, momentsMs: readonly number[]): Promise<void> {
  const file = (name: string) => join(scene.folder, name)
  const [disk, before, work] = [file('data.img'), file('before.img'), file('work.img')]
  makeDataDisk(disk)
  let published = await scene.configure()
  let certain: number | null = null
  let [cuts, writes] = [0, 0]
  for (const [n, moment] of [...momentsMs, undefined].entries()) {
    copyFileSync(disk, before)
    const log = file(`writes-${n}.log`)
    const seen = scene.operator.seen.length
    const phone = await scene.on({ data: loggedDrive(disk, log) })
    await phone.ready()
    const first = await scene.operator.sees('config/reported', {}, seen)
    expect([certain, published], `the configuration it begins with in boot ${n + 1}`).toContain(first.version)
    await scene.operator.sees('config/reported', { result: 'applied', version: published }, seen)
    certain = published
    if (moment === undefined) break
    const from = readBlockLog(log).length
    published = await scene.configure({ audio: { volume: published % 10 } })
    await sleep(moment)
    await phone.cut()
    cuts++
    let good = certain
    for (const left of everyCut(before, log, from, work)) {
      const version = left.stored?.good?.version
      const where = `after write ${left.cut} of boot ${n + 1}`
      expect(left.damaged, `records lost ${where}`).toBe(0)
      expect([good, published], `the last good configuration ${where}`).toContain(version)
      good = version!
      writes++
    }
  }
  console.log(`${cuts} power cuts, and the disk read after each of ${writes} writes`)
}
