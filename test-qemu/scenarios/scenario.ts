// A scenario as a test: the stage is set, the phone is used, and when something fails its folder holds what there is to read.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { type Phone, type PowerOn, powerOn } from './phone.ts'
import { type Stage, type StageOptions, setStage } from './stage.ts'

/** Needed for a failure alone. */
const LARGE = /(\.(wav|pcap|fat|img|mended|journal)|writes-\d+\.log|initrd)$/

export interface Scene extends Stage {
  /** Switches the phone on; resolves when QEMU runs, long before the phone stands. */
  on(options?: PowerOn): Promise<Phone>
}

/** `name`: of its folder in build/hil. `seconds`: after which it has failed. */
export function scenario(
  name: string,
  title: string,
  seconds: number,
  play: (scene: Scene) => Promise<void>,
  options: StageOptions = {},
): void {
  test(title, { timeout: seconds * 1000 }, async () => {
    const stage = await setStage(name, options)
    const phones: Phone[] = []
    const strike = async () => {
      for (const phone of phones) await phone.off()
      await stage.strike()
    }
    try {
      const on = async (options: PowerOn = {}) => {
        const phone = await powerOn(stage, join(stage.folder, `boot-${phones.length + 1}`), options)
        phones.push(phone)
        return phone
      }
      await play(Object.assign(stage, { on }))
    } catch (error) {
      await strike()
      throw new Error(`${(error as Error).message}\nwhat there is to read is in ${stage.folder}`, { cause: error })
    }
    await strike()
    for (const file of readdirSync(stage.folder, { recursive: true }) as string[])
      if (LARGE.test(file)) rmSync(join(stage.folder, file))
  })
}
