// A scenario as a test: the stage is set, the phone is used, and when something fails its folder holds what there is to read.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { endAll } from './ends.ts'
import { watchHost } from './host-load.ts'
import { inTime } from './in-time.ts'
import { type Phone, type PowerOn, plugIn, powerOn } from './phone.ts'
import { type Stage, type StageOptions, setStage } from './stage.ts'

/** Needed for a failure alone. */
const LARGE = /(\.(wav|pcap|fat|img|mended|journal)|writes-\d+\.log|initrd)$/

export interface Scene extends Stage {
  /** Switches the phone on; resolves when QEMU runs, long before the phone stands. */
  on(options?: PowerOn): Promise<Phone>
  /** One that has started before, kept then: its cable is plugged in. Where the start itself is of no interest. */
  started(): Promise<Phone>
}

/** Share of all processors from which on others are to blame for voice in shreds, 0–1; and the word for it in the error. */
const BUSY = 0.25
const WAS_BUSY = 'others took'

/** What a stage may take to be set, and to be struck with all its logs kept, seconds. */
const AROUND = 120

interface ScenarioOptions extends StageOptions {
  /** Of its folder in build/hil. */
  readonly name: string
  /** After which it has failed. */
  readonly seconds: number
}
type Play = (scene: Scene) => Promise<void>

/** Played again, once and said, when it failed on a machine that others kept busy; never otherwise. */
export function scenario(name: string, title: string, seconds: number, play: Play, options: StageOptions = {}): void {
  const retry = { count: 1, condition: new RegExp(WAS_BUSY) }
  test(title, { timeout: (seconds + AROUND) * 1000, retry }, () => playScenario({ name, seconds, ...options }, play))
}

/** Rejects with what failed and where there is more to read. Nothing of it runs any more when it is over, however it ends. */
export async function playScenario({ name, seconds, ...options }: ScenarioOptions, play: Play): Promise<void> {
  const stage = await setStage(name, options)
  const phones: Phone[] = []
  const begun = async (begin: (folder: string) => Promise<Phone>) => {
    const folder = join(stage.folder, `boot-${phones.length + 1}`)
    mkdirSync(folder)
    const phone = await begin(folder)
    phones.push(phone)
    return phone
  }
  const on = (options: PowerOn = {}) => begun((folder) => powerOn(stage, folder, options))
  const started = () => begun((folder) => plugIn(stage, folder))
  // In time by itself, not by the test's limit: nothing would be kept then, and all this would be in the next one's way.
  const load = watchHost()
  let others = 0
  const end = inTime('the end of the scenario', seconds * 1000, play(Object.assign(stage, { on, started }))).finally(
    () => {
      others = load().others
    },
  )
  const kept = () => endAll([...phones.map(({ off }) => off), stage.strike])
  await endAll([() => end, kept]).catch((cause: Error) => {
    const busy = others < BUSY ? '' : `\n${WAS_BUSY} ${Math.round(others * 100)} % of the processors meanwhile`
    throw new Error(`${cause.message}\nwhat there is to read is in ${stage.folder}${busy}`, { cause })
  })
  for (const file of readdirSync(stage.folder, { recursive: true }) as string[])
    if (LARGE.test(file)) rmSync(join(stage.folder, file))
}
