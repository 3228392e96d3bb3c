// The whole phone on the modelled board in its lab, as a person would use it, for tests with foreign peers.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Key } from '../../../hal/api/board.ts'
import type { FakeBoard } from '../../../hal/fake/fake-board.ts'
import type { PhoneView } from '../../phone/contract.ts'
import type { Witnessed } from '../../runtime/compose.ts'
import { activity, createWitness, registered, type Witness } from '../../runtime/demo/witness.ts'
import type { Lab, LabReady } from '../../runtime/lab-client.ts'
import type { LabAccount } from '../../runtime/lab-operator.ts'
import { type Simulator, simulateInLab } from '../../runtime/simulator.ts'
import { writeTone } from '../tone.ts'

export interface PhoneInLab {
  readonly simulator: Simulator & { readonly lab: Lab }
  readonly board: FakeBoard
  readonly witness: Witness
  readonly lab: LabReady
  /** WAV file of what its handset's ear heard; complete after `stop`. */
  readonly ear: string
  /** Lifts the handset and waits for the dial tone. */
  lift(): Promise<void>
  /** Puts the handset down and waits until nothing is left of the call. */
  putDown(): Promise<void>
  /** What it is doing, by the name of the activity. */
  doing(): string
  dial(keys: string): void
  /** Errors and warnings it logged. */
  readonly complaints: readonly string[]
  stop(): Promise<void>
  /** Removes its files. */
  dispose(): void
}

export interface PhoneInLabOptions {
  /** What differs from the lab's account for it: registers elsewhere, over another transport. */
  readonly account?: Partial<LabAccount>
  /** What `startPhone` waits for. Default: that it is registered. */
  readonly until?: (seen: Witnessed) => boolean
  readonly witness?: (seen: Witnessed) => void
}

/** `speaks`: the tone it says into its handset, Hz. */
export async function startPhone(speaks: number, options: PhoneInLabOptions = {}): Promise<PhoneInLab> {
  const folder = mkdtempSync(join(tmpdir(), 'phone-'))
  const [mouth, ear] = [join(folder, 'mouth.wav'), join(folder, 'ear.wav')]
  writeTone(mouth, speaks, 1, 16000)
  const witness = createWitness()
  const complaints: string[] = []
  let view: PhoneView | undefined
  const up = witness.next('registration', 10_000, options.until ?? registered)
  const simulator = await simulateInLab(
    {
      folder,
      log: ({ level, from, what, fields }) => {
        if (level === 'error' || level === 'warn') complaints.push(`${from}: ${what} ${JSON.stringify(fields ?? {})}`)
      },
      handset: { kind: 'wav', capture: mouth, playback: ear, rate: 16000, loop: true },
      witness(seen) {
        if (seen.of === 'view') view = seen.view
        witness.see(seen)
        options.witness?.(seen)
      },
    },
    { speak: '', record: '', mouth: '' },
    options.account,
  )
  const { board, lab, stop } = simulator
  await up
  return {
    simulator,
    board,
    witness,
    lab: lab.ready,
    ear,
    complaints,
    async lift() {
      const dialling = witness.next('dial tone', 2000, activity('dialling'))
      board.lift()
      await dialling
    },
    async putDown() {
      const idle = witness.next('idle', 8000, activity('idle'))
      board.hangUp()
      if (view?.activity.name !== 'idle') await idle
    },
    doing: () => view?.activity.name ?? 'starting',
    dial: (keys) => [...keys].forEach((key) => void board.press(key as Key)),
    async stop() {
      witness.close()
      await stop()
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}
