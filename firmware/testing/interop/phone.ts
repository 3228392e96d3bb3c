// The whole phone on the modelled board in its lab, as a person would use it, for tests with foreign peers.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Key } from '../../../hal/api/board.ts'
import type { FakeBoard } from '../../../hal/fake/fake-board.ts'
import { activity, createWitness, registered, type Witness } from '../../runtime/demo/witness.ts'
import type { LabReady } from '../../runtime/lab-client.ts'
import { simulateInLab } from '../../runtime/simulator.ts'
import { writeTone } from '../tone.ts'

export interface PhoneInLab {
  readonly board: FakeBoard
  readonly witness: Witness
  readonly lab: LabReady
  /** WAV file of what its handset's ear heard; complete after `stop`. */
  readonly ear: string
  /** Lifts the handset and waits for the dial tone. */
  lift(): Promise<void>
  dial(keys: string): void
  /** Errors and warnings it logged. */
  readonly complaints: readonly string[]
  stop(): Promise<void>
  /** Removes its files. */
  dispose(): void
}

/** Resolves once it is registered. `speaks`: the tone it says into its handset, Hz. */
export async function startPhone(speaks: number): Promise<PhoneInLab> {
  const folder = mkdtempSync(join(tmpdir(), 'phone-'))
  const [mouth, ear] = [join(folder, 'mouth.wav'), join(folder, 'ear.wav')]
  writeTone(mouth, speaks, 1, 16000)
  const witness = createWitness()
  const complaints: string[] = []
  const up = witness.next('registration', 10_000, registered)
  const { board, lab, stop } = await simulateInLab(
    {
      folder,
      log: ({ level, from, what, fields }) => {
        if (level === 'error' || level === 'warn') complaints.push(`${from}: ${what} ${JSON.stringify(fields ?? {})}`)
      },
      handset: { kind: 'wav', capture: mouth, playback: ear, rate: 16000, loop: true },
      witness: witness.see,
    },
    { speak: '', record: '', mouth: '' },
  )
  await up
  return {
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
    dial: (keys) => [...keys].forEach((key) => void board.press(key as Key)),
    async stop() {
      witness.close()
      await stop()
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}
