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
  /** The highest version stored when it started, in whatever state; 0: none. */
  readonly highest: number
}

/** `refuse`: why the registrar refuses the line `main` with these settings; undefined: it registers. */
export async function startPhone(
  folder: string,
  broker: string | undefined,
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
  const store = await openStore(folder)
  const { good, candidate, last } = store.stored
  const highest = Math.max(0, ...[good, candidate?.document, last].map((one) => one?.version ?? 0))
  const provisioning = createProvisioning({
    hub: createHub(createClock(), report),
    now: monotonic,
    store,
    stored: store.stored,
    bootstrap: {
      ...(broker === undefined ? {} : { broker }),
      prefix: 'offhook',
      board: 'none',
      credentials: undefined,
      ...access,
    },
    deviceId,
    info: { model: 'test' },
    commands: {
      identify: (payload) => void identified.push(payload),
      // Named as those of the whole phone; what they do is tested there.
      ...{
        status: () => ({}),
        reregister: () => undefined,
        dnd: () => undefined,
        reboot: () => undefined,
        'log-level': () => undefined,
      },
    },
    apply(settings) {
      applied.push(settings)
      live(settings)
    },
    report,
  })
  if (provisioning.initial) live(provisioning.initial)
  provisioning.idle(true)
  return { ...provisioning, applied, logged, identified, highest }
}
