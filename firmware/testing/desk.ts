// A desk phone without hardware: the real phone and user agent over a fake media engine, in virtual time, with what a
// person would notice as text. SIP is played by the test, or by an engine the test attaches.
import { type Rng, seededRng } from '../base/rng.ts'
import { type Millis, ms } from '../base/time.ts'
import { NO_CALLS } from '../phone/call-log.ts'
import { type Choice, type Choices, NOTHING_CHOSEN } from '../phone/chosen.ts'
import type {
  CallLog,
  Contact,
  PhoneInput,
  PhoneIntent,
  PhoneOutput,
  PhoneSettings,
  PhoneView,
} from '../phone/contract.ts'
import { keptCalls } from '../phone/kept-calls.ts'
import { createPhone } from '../phone/phone.ts'
import type { SipCommand, SipEvent } from '../sip/core/contract.ts'
import type { UaConfig, UaEvent, UaInput, UaOutput } from '../ua/contract.ts'
import { createUserAgent } from '../ua/user-agent.ts'
import { createFakeMedia } from './fake-media.ts'
import { ALICE } from './ua-script.ts'

export const SETTINGS: PhoneSettings = {
  accounts: [{ id: 'a', label: 'Alice', config: ALICE }],
  handset: { kind: 'null', rate: 16000 },
  country: 'de',
  rings: { ring: 'country', internal: undefined, external: undefined, priority: undefined },
  keyClicks: false,
  volume: 6,
  interDigitMs: 4000,
  dialMap: '',
  callWaiting: true,
  dnd: { on: false, status: 486 },
  forward: { all: '', busy: '', noAnswer: '', afterS: 20 },
}

/** An intent without more to say. */
export type PlainIntent = Extract<
  PhoneIntent['kind'],
  | 'erase'
  | 'dial'
  | 'answer'
  | 'reject'
  | 'end'
  | 'hold'
  | 'swap'
  | 'conference'
  | 'new-call'
  | 'transfer'
  | 'mute'
  | 'redial'
  | 'log-seen'
>

export interface DeskOptions {
  readonly settings?: PhoneSettings
  readonly ua?: Partial<UaConfig>
  /** What the user had set before. */
  readonly choices?: Choices
  /** The calls before. */
  readonly calls?: CallLog
  readonly rng?: Rng
  /** Takes what the user agent wants of the SIP engine; its events come back by `desk.sip`. */
  readonly engine?: (command: SipCommand) => void
  /** Whose time it is; without it the desk has its own, moved by `passes`. */
  readonly clock?: () => Millis
}

export function createDesk(options: DeskOptions = {}) {
  const media = createFakeMedia()
  let choices = options.choices ?? NOTHING_CHOSEN
  let calls = options.calls ?? NO_CALLS
  const phone = createPhone({ step: undefined, choices, calls: options.calls ?? NO_CALLS })
  const config: UaConfig = {
    maxCalls: 32,
    mediaAddress: '192.0.2.1',
    rtpPorts: { min: 20000, max: 20998 },
    dscp: 46,
    jitter: { minMs: 20, maxMs: 200 },
    ...options.ua,
  }
  const ua = createUserAgent(config, options.rng ?? seededRng(7))
  const lamps = new Map<string, string>()
  const sent: SipCommand[] = []
  const uaEvents: UaEvent[] = []
  const log: string[] = []
  const syncs: string[] = []
  let view: PhoneView | undefined
  let idle: boolean | undefined
  let contacts: readonly Contact[] = []
  let own = ms(0)
  const time = options.clock ?? (() => own)

  type Job = () => void
  const jobs: Job[] = []
  const toPhone = (input: PhoneInput) => jobs.push(() => perform((out) => phone.handle(input, time(), out)))
  const toUa = (input: UaInput) => jobs.push(() => performUa((out) => ua.handle(input, time(), out)))

  function settle() {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      job()
      for (const event of media.take()) {
        toUa({ from: 'media', event })
        toPhone({ from: 'media', event })
      }
    }
  }

  function perform(act: (out: PhoneOutput[]) => void) {
    const out: PhoneOutput[] = []
    act(out)
    for (const output of out)
      switch (output.to) {
        case 'ua':
          toUa({ from: 'app', command: output.command })
          break
        case 'media':
          media.handle(output.command)
          break
        case 'board':
          lamps.set(output.command.led, output.command.pattern)
          break
        case 'screen':
          view = output.view
          break
        case 'call-log':
          calls = output.calls
          break
        case 'choices':
          choices = output.choices
          break
        case 'contacts':
          contacts = output.contacts
          break
        case 'sync':
          syncs.push(output.restart ? 'restart' : 'read')
          break
        case 'provisioning':
          idle = output.idle
          break
        case 'log':
          log.push(output.record.what)
          break
      }
  }

  function performUa(act: (out: UaOutput[]) => void) {
    const out: UaOutput[] = []
    act(out)
    for (const output of out)
      switch (output.to) {
        case 'app':
          uaEvents.push(output.event)
          toPhone({ from: 'ua', event: output.event })
          break
        case 'sip':
          sent.push(output.command)
          options.engine?.(output.command)
          break
        case 'media':
          media.handle(output.command)
          break
        case 'log':
          log.push(output.record.what)
          break
      }
  }

  const turn = (act: () => void) => {
    act()
    settle()
  }
  const does = (intent: PhoneIntent) => turn(() => toPhone({ from: 'user', intent }))

  const desk = {
    media,
    sent,
    log,
    uaEvents,
    does,
    lift: () => does({ kind: 'hook', state: 'off' }),
    putDown: () => does({ kind: 'hook', state: 'on' }),
    flash: () => does({ kind: 'hook', state: 'flash' }),
    press: (digits: string) => {
      for (const digit of digits) does({ kind: 'digit', digit })
    },
    key: (kind: PlainIntent) => does({ kind }),
    volume: (step: 1 | -1) => does({ kind: 'volume', step }),
    settings: (settings: PhoneSettings) => turn(() => toPhone({ from: 'settings', settings })),
    chooses: (choice: Choice) => turn(() => toPhone({ from: 'choice', choice })),
    /** What is to be kept of the user's choices. */
    choices: () => choices,
    start: (step: string | undefined) => turn(() => toPhone({ from: 'start', step })),
    sip: (event: SipEvent) => turn(() => toUa({ from: 'sip', event })),
    /** Something happens to the media. */
    world: (event: Parameters<typeof media.happen>[0]) =>
      turn(() => {
        media.happen(event)
        jobs.push(() => {})
      }),
    /** Time passes. */
    passes: (delay: number) => {
      const end = ms(own + delay)
      while (phone.deadline() <= end) {
        own = ms(Math.max(own, phone.deadline()))
        desk.wake()
      }
      own = end
    },
    wake: () => turn(() => perform((out) => phone.wake(time(), out))),
    deadline: () => phone.deadline(),
    /** What is in the ear: tones and voices joined to a device, with `nothing` for silence. */
    hears: (at = 'handset') => {
      const into = media.connections.filter((c) => c.endsWith(`>${at}`)).map((c) => c.split('>')[0]!)
      return into.map((p) => p.replace('tone:', '')).join(' and ') || 'nothing'
    },
    /** Whom the microphone reaches. */
    speaksTo: (at = 'handset') => {
      const to = media.connections.filter((c) => c.startsWith(`${at}>`)).map((c) => c.split('>')[1]!)
      const muted = media.gains.get(at)?.giveDb === undefined
      return muted ? 'nobody (muted)' : to.join(' and ') || 'nobody'
    },
    lamp: (led: string) => lamps.get(led),
    idle: () => idle,
    /** What check-sync led to, so far. */
    syncs,
    /** The call log in words, newest first. */
    calls: () => calls.log.map(({ kind, name, number, cause }) => `${kind} ${name || number}: ${cause}`),
    callLog: () => calls.log,
    /** What is to be kept of the calls. */
    past: () => keptCalls(calls),
    clock: (utcOffsetMs: number | undefined) => turn(() => toPhone({ from: 'clock', utcOffsetMs })),
    contacts: () => contacts,
    /** What is joined to what beside the handset. */
    bridged: () => media.connections.filter((c) => !c.includes('handset')),
    view: () => {
      if (view === undefined) throw new Error('nothing was shown yet')
      return view
    },
    /** The activity in a few words. */
    shows: () => {
      const { activity } = desk.view()
      switch (activity.name) {
        case 'starting':
          return `starting: ${activity.step}`
        case 'idle':
          return 'idle'
        case 'dialling':
          return `dialling ${activity.digits}`.trim()
        case 'calling':
          return `calling ${activity.call.peer.number}${activity.ringing ? ', rings' : ''}`
        case 'ringing':
          return `call from ${activity.call.peer.display || activity.call.peer.number}`
        case 'in-call':
        case 'held': {
          const { call } = activity
          const to = call.sent && `to ${call.sent.to.display || call.sent.to.number}`
          const sent =
            call.sent === undefined ? '' : `, ${to}: ${call.sent.failed ?? (call.sent.ringing ? 'rings' : 'sent')}`
          const notes = `${call.remoteHold ? ', held by them' : ''}${call.muted ? ', muted' : ''}${sent}`
          return `${activity.name} with ${call.peer.display || call.peer.number}${notes}`
        }
        case 'ended':
          return `ended: ${activity.cause}`
        case 'conference':
          return `${activity.held ? 'held ' : ''}conference with ${activity.calls.map(({ peer }) => peer.display || peer.number).join(' and ')}`
      }
    },
    /** The last command to the SIP engine of this kind. */
    last: <K extends SipCommand['kind']>(kind: K) =>
      sent.findLast((c): c is Extract<SipCommand, { kind: K }> => c.kind === kind),
  }
  if (options.settings !== undefined || options.engine === undefined) desk.settings(options.settings ?? SETTINGS)
  return desk
}
export type Desk = ReturnType<typeof createDesk>
