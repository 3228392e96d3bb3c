// The desk phone as a machine: an input changes the state, and what is heard, lit and shown follows by comparison.
import { FREE_KEYS } from '../../hal/api/board.ts'
import { type LogRecord, log } from '../base/log.ts'
import type { Machine } from '../base/machine.ts'
import type { Millis } from '../base/time.ts'
import type { MediaCommand, MediaEvent, PortId } from '../media/contract.ts'
import { KEY_CLICK } from '../media/rings.ts'
import { type TonePlan, tonePlan } from '../media/tones.ts'
import type { UaCommand, UaEvent } from '../ua/contract.ts'
import { dated } from './call-log.ts'
import type { Choices } from './chosen.ts'
import type { CallLog, Contact, PhoneInput, PhoneOutput, PhoneSettings } from './contract.ts'
import { forwardFaults } from './forwarding.ts'
import { type Lamps, lampsOf } from './lamps.ts'
import { applySettings } from './lines.ts'
import { devicesOf, earOf, HANDS_FREE, opened } from './routes.ts'
import { choose, settled } from './settled.ts'
import { changeSound, rejoin, SILENCE, type Sound, soundOf } from './sound.ts'
import { deadlineOf, focused, initialState, isIdle, type PhoneState, ringingOf } from './state.ts'
import { onUaEvent } from './ua-events.ts'
import { onDue, onIntent } from './user.ts'
import { viewOf } from './view.ts'

export interface PhoneStart {
  /** Shown until start-up says otherwise; undefined: started. */
  readonly step: string | undefined
  /** What the user had set before. */
  readonly choices: Choices
  /** The calls before. */
  readonly calls: CallLog
}

const CLICK: PortId = 'tone:click'

/** The call port that went with this event: its connections are gone with it. */
function goneWith(event: UaEvent): PortId | undefined {
  if (event.kind === 'call-media' && event.media.port === undefined) return `call:${event.call}`
  if (event.kind === 'call-state' && event.state === 'disconnected') return `call:${event.call}`
  return undefined
}

export function createPhone(initial: PhoneStart): Machine<PhoneInput, PhoneOutput> {
  let state: PhoneState = initialState(initial.step, initial.choices, initial.calls)
  let plan: TonePlan = tonePlan('')
  let planned = ''
  /** Ports of devices that exist, whether those work or not, with what they were opened for. */
  const open = new Map<PortId, string>()
  // What was last told to whom.
  let sound: Sound = SILENCE
  let lamps: Lamps | undefined
  /** The tone of the last key click is there yet. */
  let clicked = false
  let shown = ''
  let told: CallLog | undefined
  let contacts: readonly Contact[] | undefined
  let kept = state.choices
  let idle: boolean | undefined

  /** Replaces the state and tells everybody what changed for them: sound first, so that nothing is heard too long. */
  function become(
    next: PhoneState,
    commands: readonly UaCommand[],
    gone: PortId | undefined,
    out: PhoneOutput[],
  ): void {
    state = opened(next)
    const wanted = open.size > 0 ? soundOf(state) : SILENCE
    const toMedia = (command: MediaCommand) => out.push({ to: 'media', command })
    const country = settled(state, 'country')
    if (country !== planned) plan = tonePlan(country)
    planned = country
    changeSound(sound, wanted, plan, open.keys(), (port) => port === gone, toMedia)
    sound = wanted
    for (const command of commands) out.push({ to: 'ua', command })
    tellLamps(out)
    if (state.past !== told) out.push({ to: 'call-log', calls: state.past })
    told = state.past
    const book = state.settings?.contacts
    if (book !== undefined && book !== contacts) out.push({ to: 'contacts', contacts: book })
    contacts = book
    if (state.choices !== kept) out.push({ to: 'choices', choices: state.choices })
    kept = state.choices
    const view = viewOf(state)
    const text = JSON.stringify(view)
    if (text !== shown) out.push({ to: 'screen', view })
    shown = text
    const nowIdle = isIdle(state)
    if (nowIdle !== idle) out.push({ to: 'provisioning', idle: nowIdle })
    idle = nowIdle
    if (state.sync === undefined || !nowIdle) return
    out.push({ to: 'sync', restart: state.sync === 'restart' })
    state = { ...state, sync: undefined }
  }

  /** In the silence before a call: whoever hears somebody, or is rung, is not disturbed. */
  function click(out: PhoneOutput[]): void {
    if (open.size === 0 || state.settings?.keyClicks !== true || focused(state) || ringingOf(state)) return
    const media = (command: MediaCommand) => out.push({ to: 'media', command })
    if (clicked) media({ kind: 'close-port', port: CLICK })
    media({ kind: 'open-tone', port: CLICK, tone: KEY_CLICK })
    media({ kind: 'connect', from: CLICK, to: earOf(state) })
    clicked = true
  }

  function tellLamps(out: PhoneOutput[]): void {
    const wanted = lampsOf(state)
    for (const led of ['line', 'ring', 'mute', 'message', ...HANDS_FREE, ...FREE_KEYS] as const)
      if (wanted[led] !== lamps?.[led]) out.push({ to: 'board', command: { kind: 'led', led, pattern: wanted[led] } })
    lamps = wanted
  }

  function take(settings: PhoneSettings, send: (command: UaCommand) => void, out: PhoneOutput[]): PhoneState {
    const media = (command: MediaCommand) => out.push({ to: 'media', command })
    const devices = devicesOf(settings)
    // Nothing is heard any more by a device that goes.
    if (!devices.has(earOf(state))) become({ ...state, route: 'handset' }, [], undefined, out)
    for (const [port, was] of open) {
      if (JSON.stringify(devices.get(port)) === was) continue
      media({ kind: 'close-port', port })
      open.delete(port)
    }
    for (const [port, device] of devices) {
      if (open.has(port)) continue
      media({ kind: 'open-device', port, device })
      rejoin(sound, port, media)
      open.set(port, JSON.stringify(device))
    }
    return applySettings({ ...state, lost: state.lost.filter((port) => open.has(port)) }, settings, send)
  }

  /** What was set and is not done. */
  function complain(out: PhoneOutput[]): void {
    for (const fault of forwardFaults(state))
      out.push({ to: 'log', record: log('warn', 'phone', 'calls are not sent on', fault) })
  }

  /** The phone goes on without a device: calls stay, the screen works; the engine keeps the port and tries again. */
  function onMedia(event: MediaEvent, out: PhoneOutput[]): void {
    const say = (record: LogRecord) => out.push({ to: 'log', record })
    switch (event.kind) {
      case 'port-opened':
        if (!open.has(event.port)) return
        say(log('info', 'phone', `${event.port} open`, { rate: event.rate, detail: event.detail }))
        become({ ...state, lost: state.lost.filter((port) => port !== event.port) }, [], undefined, out)
        return
      case 'port-failed':
      case 'port-lost':
        if (!open.has(event.port)) return
        say(log('error', 'phone', `${event.port} not working`, { reason: event.reason }))
        become({ ...state, lost: [...new Set([...state.lost, event.port])] }, [], undefined, out)
        return
      case 'rejected':
        if (open.has(event.port) || event.port.startsWith('tone:'))
          say(log('warn', 'phone', 'media command rejected', { command: event.command, reason: event.reason }))
        return
      case 'port-ended':
        if (event.port !== CLICK) return
        out.push({ to: 'media', command: { kind: 'close-port', port: CLICK } })
        clicked = false
        return
      // Streams and socket pairs are the user agent's.
      case 'pair-ready':
      case 'pairs-failed':
      case 'stream-receiving':
      case 'stream-silent':
      case 'dtmf':
      case 'dtmf-sent':
      case 'stats':
      case 'port-state':
        return
    }
  }

  return {
    handle(input, now, out) {
      const commands: UaCommand[] = []
      const send = (command: UaCommand) => commands.push(command)
      switch (input.from) {
        case 'user':
          become(onIntent(state, input.intent, now, send), commands, undefined, out)
          if (input.intent.kind === 'digit') click(out)
          return
        case 'ua':
          note(input.event, out)
          return become(onUaEvent(state, input.event, now, send), commands, goneWith(input.event), out)
        case 'settings':
          become(take(input.settings, send, out), commands, undefined, out)
          return complain(out)
        case 'choice':
          become(choose(state, input.choice), commands, undefined, out)
          if (Object.keys(input.choice).some((key) => key.startsWith('forward'))) complain(out)
          return
        case 'clock':
          return become(dated(state, input.utcOffsetMs), commands, undefined, out)
        case 'start':
          return become({ ...state, step: input.step }, commands, undefined, out)
        case 'media':
          return onMedia(input.event, out)
      }
    },
    wake(now: Millis, out) {
      // Each turn ends what was due: a sample, an unheard call, the focus.
      while (deadlineOf(state) <= now) {
        const commands: UaCommand[] = []
        const next = onDue(state, now, (command) => commands.push(command))
        become(next, commands, undefined, out)
      }
    },
    deadline: () => deadlineOf(state),
  }
}

function note(event: UaEvent, out: PhoneOutput[]): void {
  if (event.kind !== 'refused') return
  const { command, subject, reason } = event
  out.push({ to: 'log', record: log('warn', 'phone', 'user agent refused', { command, subject, reason }) })
}
