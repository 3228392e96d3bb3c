// A phone as provisioning sees one: idle, with one line and an audio device that work unless the test says otherwise.
import type { LogRecord } from '../../../firmware/base/log.ts'
import { createClock, monotonic } from '../../../firmware/runtime/clock.ts'
import { createHub } from '../../../firmware/runtime/hub.ts'
import type { ReadySettings } from '../../core/contract.ts'
import type { Bootstrap } from '../../store/bootstrap.ts'
import { openStore } from '../../store/store.ts'
import { createProvisioning, type Provisioning } from '../provisioning.ts'

export interface TestPhone extends Provisioning {
  readonly applied: ReadySettings[]
  readonly logged: LogRecord[]
  readonly identified: string[]
}

/** `refuse`: why the registrar refuses the line `main` with these settings; undefined: it registers. */
export async function startPhone(
  folder: string,
  broker: string,
  deviceId: string,
  refuse: (settings: ReadySettings) => string | undefined = () => undefined,
  access: Partial<Bootstrap> = {},
): Promise<TestPhone> {
  const applied: ReadySettings[] = []
  const logged: LogRecord[] = []
  const identified: string[] = []
  const report = (record: LogRecord) => logged.push(record)
  const live = (settings: ReadySettings) => {
    const reason = refuse(settings)
    provisioning.line('main', reason === undefined ? 'registered' : 'refused', reason ?? '')
    provisioning.audio('working', '')
  }
  const provisioning = createProvisioning({
    hub: createHub(createClock(), report),
    now: monotonic,
    store: await openStore(folder),
    bootstrap: { broker, prefix: 'offhook', board: 'none', credentials: undefined, ...access },
    deviceId,
    info: { model: 'test' },
    commands: { identify: (payload) => void identified.push(payload) },
    apply(settings) {
      applied.push(settings)
      live(settings)
    },
    report,
  })
  if (provisioning.initial) live(provisioning.initial)
  provisioning.idle(true)
  return { ...provisioning, applied, logged, identified }
}
