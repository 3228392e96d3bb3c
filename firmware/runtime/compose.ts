// The wiring table: the one place that makes the parts and says whose outputs go where. It holds no logic of its own.
import type { Board, BoardEvent } from '../../hal/api/board.ts'
import { createPortAudio } from '../../hal/portaudio/parent.ts'
import { createMediaEngine } from '../../native/lib/media.ts'
import type { ReadySettings } from '../../provisioning/core/contract.ts'
import { createProvisioning, fingerprintOf } from '../../provisioning/device/provisioning.ts'
import { plainFormats } from '../../provisioning/schema/formats.ts'
import type { Setup } from '../../provisioning/schema/setup.ts'
import type { Bootstrap } from '../../provisioning/store/bootstrap.ts'
import { type DeviceKey, deviceKey, withOwnKey } from '../../provisioning/store/device-key.ts'
import { deviceIdentity } from '../../provisioning/store/identity.ts'
import { takeOver } from '../../provisioning/store/setup.ts'
import { openStore } from '../../provisioning/store/store.ts'
import { createAttention } from '../../ui-lcd/attention.ts'
import { createScreenUi } from '../../ui-lcd/screen-ui.ts'
import { type LogRecord, log as record } from '../base/log.ts'
import type { DeviceConfig, MediaCommand, MediaEvent } from '../media/contract.ts'
import { macOf } from '../net/mac.ts'
import type { PhoneView } from '../phone/contract.ts'
import { dialMapFault } from '../phone/dial-map.ts'
import { keptCalls } from '../phone/kept-calls.ts'
import { createPhone } from '../phone/phone.ts'
import type { SipOutput } from '../sip/core/contract.ts'
import type { UaCommand, UaEvent } from '../ua/contract.ts'
import { createClock, monotonic, type WallClock, watchWallClock } from './clock.ts'
import { watchFloor } from './clock-watch.ts'
import { boardLog, eventLog } from './event-log.ts'
import { audioHealth, lineHealth, lineReason } from './health.ts'
import { createHub, type HubCounters } from './hub.ts'
import { openKeeper } from './keeper.ts'
import { CALLS, CHOICES } from './kept.ts'
import { type OperatedProcess, operatorCommands } from './operator-commands.ts'
import { phoneSettings, portAudioOrder } from './settings.ts'
import { createStack } from './stack.ts'
import { audioTold, boardEvent, callState, dndState, linesState, mwiState, type Told, uaEvent } from './telemetry.ts'
import { BUILT_MS } from './version.ts'

/** What happens inside, for whoever measures or shows it. */
export type Witnessed =
  | { readonly of: 'ua'; readonly event: UaEvent }
  | { readonly of: 'media'; readonly event: MediaEvent }
  | { readonly of: 'sip'; readonly output: SipOutput }
  | { readonly of: 'view'; readonly view: PhoneView }

export interface PhoneOptions {
  readonly board: Board
  readonly bootstrap: Bootstrap
  /** What the boot volume says; without it nothing. */
  readonly setup?: Setup
  /** What is wrong with it, for the display. */
  readonly setupFault?: string
  /** Holds what must survive a restart. */
  readonly folder: string
  readonly version: string
  /** A file that is there once the clock was set; without it, a clock that is not behind is believed. */
  readonly clockSet?: string
  /** Instead of the configured audio device of the handset. */
  readonly handset?: DeviceConfig
  readonly log: (record: LogRecord) => void
  readonly witness?: (seen: Witnessed) => void
  /** For commands that concern the process; without it there are none. */
  readonly process?: OperatedProcess
}

export interface Phone {
  readonly deviceId: string
  readonly counters: HubCounters
  /** Beside what the phone itself asks for: measurements. */
  command(command: UaCommand): void
  media(command: MediaCommand): void
  /** Calls back when the hub and the media engine have answered; never, when one of them does not. */
  ask(answered: () => void): void
  /** Leaves calls, registrar, broker and hardware in order, within a few seconds. */
  stop(): Promise<void>
}

/** The broker's library takes long to load beside everything else at a start: the registrar is heard first, unless it lets so much time pass. */
const BROKER_MS = 2000
/** Without a network for SIP there is most often none for the broker, and one that is on its way comes within so long, ms. */
const NETWORK_MS = 5000
/** No port: a question about it is answered by the media engine's own thread. */
const NOBODY = 'nobody'

/** Rejects when the folder cannot be used; everything else is survived, shown and logged. */
export async function composePhone(options: PhoneOptions): Promise<Phone> {
  const { board, bootstrap, folder, version, log, setupFault = '', witness = () => {} } = options
  const hub = createHub(createClock(), log)
  const store = await openStore(folder)
  const stored = await takeOver(store, options.setup ?? {}, plainFormats, fingerprintOf, (error) =>
    log(record('error', 'setup', 'its account is not kept', { error: String(error) })),
  )
  const deviceId = bootstrap.deviceId ?? (await deviceIdentity(folder))
  const own = await deviceKey(folder, deviceId, BUILT_MS).catch((error): DeviceKey | undefined => {
    log(record('error', 'identity', 'no key of its own', { error: String(error) }))
    return undefined
  })
  const wall = await watchFloor(folder, options.clockSet, log)
  const choices = await openKeeper(hub, folder, CHOICES, log)
  const calls = await openKeeper(hub, folder, CALLS, log)

  const fromMedia = hub.inlet<MediaEvent>({ name: 'media', rank: 'media', capacity: 512 }, (event) => {
    if (event.kind === 'rejected' && event.port === NOBODY) {
      asked()
      return
    }
    stack.media(event)
    toPhone({ from: 'media', event })
    const audio = audioHealth(event)
    if (audio !== undefined) provisioning.audio(audio.state, audio.reason)
    const told = audioTold(event)
    if (told !== undefined) provisioning.state('audio', Object.assign(devices, told.state))
    tell(told?.alarm)
    witness({ of: 'media', event })
  })
  const media = createMediaEngine((events) => events.forEach(fromMedia))
  const sound = createPortAudio(log)

  let settings: ReadySettings | undefined
  let idle = false
  const devices: Record<string, unknown> = {}
  let asked = () => {}
  const stack = createStack(hub, version, {
    media: (command) => media.command(command),
    log,
    sip: (output) => witness({ of: 'sip', output }),
    ua(event) {
      toPhone({ from: 'ua', event })
      const record = eventLog(event)
      if (record !== undefined) log(record)
      if (event.kind === 'account-state') {
        provisioning.line(event.account, lineHealth(event), lineReason(event, settings?.config))
        if (event.registration !== 'registering') provisioning.connect()
      }
      tell(uaEvent(event))
      witness({ of: 'ua', event })
    },
    up(address) {
      toScreen({ from: 'facts', facts: { address, mac: macOf(address) } })
      provisioning.state('network', { address, reason: '' })
      giveSettings()
      toPhone({ from: 'start', step: undefined })
      setTimeout(provisioning.connect, BROKER_MS).unref()
    },
    down(reason) {
      toScreen({ from: 'facts', facts: { address: '' } })
      provisioning.state('network', { address: null, reason })
      toPhone({ from: 'start', step: 'network' })
      setTimeout(provisioning.connect, NETWORK_MS).unref()
    },
  })

  const giveSettings = () => {
    if (settings === undefined) return
    const { config, secrets } = settings
    sound.use(options.handset === undefined ? portAudioOrder(config) : undefined)
    toPhone({ from: 'settings', settings: phoneSettings(config, secrets, deviceId, sound, options.handset) })
  }

  const remembered = { choices: choices.value, calls: calls.value }
  const toPhone = hub.attach('phone', createPhone({ step: 'network', ...remembered }), (output) => {
    switch (output.to) {
      case 'ua':
        stack.command(output.command)
        return
      case 'media':
        media.command(output.command)
        return
      case 'board':
        toAttention({ from: 'phone', command: output.command })
        return
      case 'screen':
        toScreen({ from: 'phone', view: output.view })
        provisioning.state('lines', linesState(output.view))
        provisioning.state('call', callState(output.view))
        provisioning.state('mwi', mwiState(output.view))
        provisioning.state('dnd', dndState(output.view))
        witness({ of: 'view', view: output.view })
        return
      case 'call-log':
        toScreen({ from: 'call-log', log: output.calls.log })
        calls.keep(keptCalls(output.calls))
        return
      case 'choices':
        choices.keep(output.choices)
        return
      case 'contacts':
        toScreen({ from: 'contacts', contacts: output.contacts })
        return
      case 'provisioning':
        idle = output.idle
        provisioning.idle(idle)
        toAttention({ from: 'idle', idle })
        return
      case 'sync':
        log(record('info', 'phone', 'check-sync', { restart: output.restart }))
        if (output.restart) options.process?.restart()
        else provisioning.reread()
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
      case 'choice':
        toPhone({ from: 'choice', choice: output.choice })
        return
      case 'board':
        toAttention({ from: 'phone', command: output.command })
        return
    }
  })

  const { display, leds } = board.description
  const toAttention = hub.attach('attention', createAttention(display, leds), (command) => board.handle(command))

  const tell = (told: Told | undefined) => {
    if (told !== undefined) provisioning.event(told.name, told.body)
  }

  const provisioning = createProvisioning({
    hub,
    now: monotonic,
    store,
    stored,
    bootstrap: withOwnKey(bootstrap, own),
    deviceId,
    info: { model: board.description.model, version, clock: wall.info, certificate: own?.certificate ?? null },
    apply(next, plan) {
      const first = settings === undefined
      settings = next
      if (first || plan.stack) stack.use(next.config)
      else {
        stack.keep(next.config)
        giveSettings()
      }
    },
    commands: operatorCommands(
      {
        identify: (text, forMs) => toAttention({ from: 'identify', text, forMs }),
        status: () => ({ uptimeMs: Math.round(performance.now()), hub: { ...hub.counters }, media: media.inspect() }),
        lines: () => (settings?.config.accounts ?? []).flatMap(({ id, registrar }) => (registrar ? [id] : [])),
        register: (account) => stack.command({ kind: 'set-registration', account, on: true }),
        idle: () => idle,
        choose: (choice) => toPhone({ from: 'choice', choice }),
      },
      deviceId,
      options.process,
    ),
    report: log,
    formats: { ...plainFormats, 'digit-map': dialMapFault },
    broker(connected, reason) {
      toScreen({ from: 'facts', facts: { broker: connected ? 'connected' : reason } })
    },
  })
  const broker = bootstrap.broker === undefined ? 'none set up' : 'not connected'
  const { model } = board.description
  const key = own?.fingerprint ?? ''
  toScreen({ from: 'facts', facts: { model, version, deviceId, broker, key, setup: setupFault } })

  const fromBoard = hub.inlet<BoardEvent>({ name: 'board', rank: 'hardware', capacity: 256 }, (event) => {
    if (event.kind !== 'device') toAttention({ from: 'user' })
    toScreen({ from: 'board', event })
    tell(boardEvent(event, settings?.config.report.keys ?? false))
    const record = boardLog(event)
    if (record !== undefined) log(record)
  })
  board.start(fromBoard)
  const wallClock = hub.inlet<WallClock>({ name: 'wall clock', rank: 'hardware', capacity: 4 }, (clock) => {
    const { utcOffsetMs, zoneMs, set } = clock
    toScreen({ from: 'clock', wallOffsetMs: utcOffsetMs + zoneMs, zoneMs })
    toPhone({ from: 'clock', utcOffsetMs: set ? utcOffsetMs : undefined })
  })
  const forgetWallClock = watchWallClock(wall.isSet, wallClock)
  // The last good configuration first; the broker when the stack stands, or at once when there is nothing else to do.
  settings = provisioning.initial
  if (settings !== undefined) stack.use(settings.config)
  else {
    // As long as a display is wide.
    toPhone({ from: 'start', step: setupFault === '' ? 'no configuration yet' : 'setup.json is faulty' })
    provisioning.connect()
  }

  const question = hub.inlet<undefined>({ name: 'question', rank: 'mqtt', capacity: 4 }, () =>
    media.command({ kind: 'query-stats', port: NOBODY, ref: 0 }),
  )
  let stopping: Promise<void> | undefined
  const stop = async () => {
    forgetWallClock()
    await wall.stop()
    await stack.stop()
    sound.stop()
    await Promise.all([choices.close(), calls.close(), provisioning.stop(), board.stop(), media.close()])
    hub.stop()
  }
  return {
    deviceId,
    counters: hub.counters,
    command: (command) => stack.command(command),
    media: (command) => media.command(command),
    ask(answered) {
      asked = answered
      question(undefined)
    },
    stop: () => (stopping ??= stop()),
  }
}
