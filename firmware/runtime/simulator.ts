// A whole phone on the modelled board, in a lab of its own or against a real broker and PBX.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createFakeBoard, type FakeBoard } from '../../hal/fake/fake-board.ts'
import { systemClock } from '../../hal/linux/system-clock.ts'
import { readBootstrap } from '../../provisioning/store/bootstrap.ts'
import { showFault } from '../../provisioning/store/json-file.ts'
import type { LogRecord } from '../base/log.ts'
import type { DeviceConfig } from '../media/contract.ts'
import { composePhone, type Phone, type Witnessed } from './compose.ts'
import { type Lab, type LabOptions, startLab } from './lab-client.ts'
import { createLabOperator, type LabAccount } from './lab-operator.ts'
import { VERSION } from './version.ts'

export interface SimulatorOptions {
  /** Made when it is not there; holds logs, state and recordings. */
  readonly folder: string
  readonly log: (record: LogRecord) => void
  /** Instead of the configured audio device. */
  readonly handset?: DeviceConfig
  readonly witness?: (seen: Witnessed) => void
  /** Called when the board is there, before the phone is. */
  readonly ready?: (board: FakeBoard) => void
}

export interface Simulator {
  readonly phone: Phone
  readonly board: FakeBoard
  readonly stop: () => Promise<void>
}

/** Against the broker the bootstrap file names. Throws with the reason. */
export async function simulate(options: SimulatorOptions, bootstrapFile: string): Promise<Simulator> {
  const bootstrap = await readBootstrap(bootstrapFile, process.env)
  if (!bootstrap.ok) throw new Error(showFault(bootstrap.error))
  const { folder, ready, ...rest } = options
  const board = createFakeBoard({ clock: systemClock })
  ready?.(board)
  const state = join(folder, 'state')
  const phone = await composePhone({ ...rest, board, bootstrap: bootstrap.value, folder: state, version: VERSION })
  return { phone, board, stop: () => phone.stop() }
}

/**
 * A new phone in a new lab: it knows its broker and nothing else, and is told the rest over MQTT. `account`: one at another
 * registrar than the lab's. Throws with the reason.
 */
export async function simulateInLab(
  options: SimulatorOptions,
  sound: Pick<LabOptions, 'speak' | 'record' | 'mouth'>,
  account?: Partial<LabAccount>,
): Promise<Simulator & { readonly lab: Lab }> {
  const { folder } = options
  mkdirSync(folder, { recursive: true })
  const started = await startLab({ folder, ...sound })
  if (!started.ok) throw new Error(started.error)
  const lab = started.value
  const operator = createLabOperator(folder, lab.ready, account)
  const simulator = await simulate(options, operator.bootstrap)
  await operator.publish()
  return { ...simulator, lab, stop: () => simulator.stop().then(lab.stop) }
}
