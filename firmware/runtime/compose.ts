// The wiring table: the one place that makes the parts and says whose outputs go where. It holds no logic of its own.
import type { Board, BoardEvent } from '../../hal/api/board.ts'
import { createMediaEngine } from '../../native/lib/media.ts'
import type { ReadySettings } from '../../provisioning/core/contract.ts'
import { createProvisioning } from '../../provisioning/device/provisioning.ts'
import { plainFormats } from '../../provisioning/schema/formats.ts'
import type { Bootstrap } from '../../provisioning/store/bootstrap.ts'
import { deviceIdentity } from '../../provisioning/store/identity.ts'
import { openStore } from '../../provisioning/store/store.ts'
import { createScreenUi } from '../../ui-lcd/screen-ui.ts'
import type { LogRecord } from '../base/log.ts'
import type { DeviceConfig, MediaCommand, MediaEvent } from '../media/contract.ts'
import { macOf } from '../net/mac.ts'
import type { PhoneView } from '../phone/contract.ts'
import { dialMapFault } from '../phone/dial-map.ts'
import { createPhone } from '../phone/phone.ts'
import type { SipOutput } from '../sip/core/contract.ts'
import type { UaCommand, UaEvent } from '../ua/contract.ts'
import { createClock, monotonic, watchWallClock } from './clock.ts'
import { eventLog } from './event-log.ts'
import { audioHealth, lineHealth } from './health.ts'
import { createHub, type HubCounters } from './hub.ts'
import { phoneSettings } from './settings.ts'
import { createStack } from './stack.ts'

/** What happens inside, for whoever measures or shows it. */
export type Witnessed =
  | { readonly of: 'ua'; readonly event: UaEvent }
  | { readonly of: 'media'; readonly event: MediaEvent }
  | { readonly of: 'sip'; readonly output: SipOutput }
  | { readonly of: 'view'; readonly view: PhoneView }

export interface PhoneOptions {
  readonly board: Board
  readonly bootstrap: Bootstrap
  /** Holds what must survive a restart. */
  readonly folder: string
  readonly version: string
  /** Instead of the configured audio device of the handset. */
  readonly handset?: DeviceConfig
  readonly log: (record: LogRecord) => void
  readonly witness?: (seen: Witnessed) => void
}

export interface Phone {
  readonly deviceId: string
  readonly counters: HubCounters
  /** Beside what the phone itself asks for: measurements. */
  command(command: UaCommand): void
  media(command: MediaCommand): void
  /** Leaves calls, registrar, broker and hardware in order, within a few seconds. */
  stop(): Promise<void>
}

/** Rejects when the folder cannot be used; everything else is survived, shown and logged. */
export async function composePhone(options: PhoneOptions): Promise<Phone> {
  const { board, bootstrap, folder, version, log, witness = () => {} } = options
  const hub = createHub(createClock(), log)
  const store = await openStore(folder)
  const deviceId = bootstrap.deviceId ?? (await deviceIdentity(folder))

  const fromMedia = hub.inlet<MediaEvent>({ name: 'media', rank: 'media', capacity: 512 }, (event) => {
    stack.media(event)
    toPhone({ from: 'media', event })
    const audio = audioHealth(event)
    if (audio !== undefined) provisioning.audio(audio.state, audio.reason)
    witness({ of: 'media', event })
  })
  const media = createMediaEngine((events) => events.forEach(fromMedia))

  let settings: ReadySettings | undefined
  const stack = createStack(hub, version, {
    media: (command) => media.command(command),
    log,
    sip: (output) => witness({ of: 'sip', output }),
    ua(event) {
      toPhone({ from: 'ua', event })
      const record = eventLog(event)
      if (record !== undefined) log(record)
      if (event.kind === 'account-state') provisioning.line(event.account, lineHealth(event), event.reason)
      witness({ of: 'ua', event })
    },
    up(address) {
      toScreen({ from: 'facts', facts: { address, mac: macOf(address) } })
      giveSettings()
      toPhone({ from: 'start', step: undefined })
      provisioning.connect()
    },
    down() {
      toScreen({ from: 'facts', facts: { address: '' } })
      toPhone({ from: 'start', step: 'network' })
      provisioning.connect()
    },
  })

  const giveSettings = () => {
    if (settings === undefined) return
    toPhone({ from: 'settings', settings: phoneSettings(settings.config, settings.passwords, options.handset) })
  }

  const toPhone = hub.attach('phone', createPhone({ step: 'network', volume: 5 }), (output) => {
    switch (output.to) {
      case 'ua':
        stack.command(output.command)
        return
      case 'media':
        media.command(output.command)
        return
      case 'board':
        board.handle(output.command)
        return
      case 'screen':
        toScreen({ from: 'phone', view: output.view })
        provisioning.state('phone', { activity: output.view.activity.name, lines: output.view.lines })
        witness({ of: 'view', view: output.view })
        return
      case 'call-log':
        toScreen({ from: 'call-log', log: output.log })
        return
      case 'provisioning':
        provisioning.idle(output.idle)
        return
      case 'log':
        log(output.record)
        return
    }
  })

  const toScreen = hub.attach('screen', createScreenUi({ size: board.description.display }), (output) => {
    switch (output.to) {
      case 'phone':
        toPhone({ from: 'user', intent: output.intent })
        return
      case 'settings':
        // Provisioning keeps whole documents only, so what the user sets is kept by the phone until the next start.
        toPhone({ from: 'local', setting: output.setting })
        return
      case 'board':
        board.handle(output.command)
        return
    }
  })

  const provisioning = createProvisioning({
    hub,
    now: monotonic,
    store,
    bootstrap,
    deviceId,
    info: { model: board.description.model, version },
    apply(next, plan) {
      const first = settings === undefined
      settings = next
      if (first || plan.stack) stack.use(next.config)
      else giveSettings()
    },
    commands: { status: () => ({ uptimeMs: Math.round(performance.now()), hub: { ...hub.counters } }) },
    report: log,
    formats: { ...plainFormats, 'digit-map': dialMapFault },
    broker: (connected) => toScreen({ from: 'facts', facts: { broker: connected ? 'connected' : 'not connected' } }),
  })
  const broker = bootstrap.broker === undefined ? 'none set up' : 'not connected'
  toScreen({ from: 'facts', facts: { model: board.description.model, version, deviceId, broker } })

  const fromBoard = hub.inlet<BoardEvent>({ name: 'board', rank: 'hardware', capacity: 256 }, (event) =>
    toScreen({ from: 'board', event }),
  )
  board.start(fromBoard)
  const wallClock = hub.inlet<number>({ name: 'wall clock', rank: 'hardware', capacity: 4 }, (wallOffsetMs) =>
    toScreen({ from: 'clock', wallOffsetMs }),
  )
  const forgetWallClock = watchWallClock(wallClock)
  // The last good configuration first; the broker when the stack stands, or at once when there is nothing else to do.
  settings = provisioning.initial
  if (settings !== undefined) stack.use(settings.config)
  else {
    toPhone({ from: 'start', step: 'waiting for configuration' })
    provisioning.connect()
  }

  let stopping: Promise<void> | undefined
  const stop = async () => {
    forgetWallClock()
    await stack.stop()
    await Promise.all([provisioning.stop(), board.stop(), media.close()])
    hub.stop()
  }
  return {
    deviceId,
    counters: hub.counters,
    command: (command) => stack.command(command),
    media: (command) => media.command(command),
    stop: () => (stopping ??= stop()),
  }
}
