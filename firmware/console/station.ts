// What the console has in hand: the agent once started, accounts, calls with their user data, ports, and whoever waits.
import { showAddress } from '../base/address.ts'
import type { LogLevel, LogRecord } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { DeviceConfig, MediaCommand, PortId } from '../media/contract.ts'
import type { Agent, AgentOptions } from '../runtime/agent.ts'
import { startAgent } from '../runtime/agent.ts'
import { monotonic } from '../runtime/clock.ts'
import { type Traced, Tracer } from '../runtime/tracer.ts'
import type { AccountConfig, AccountId, CallId, UaCommand, UaEvent } from '../ua/contract.ts'
import type { EventName, Told } from './event-names.ts'
import { onMediaEvent, onSipOutput, onUaEvent } from './events.ts'
import { type CallInHand, DEVICE, type Heard, type PortInHand, type StationSettings } from './hand.ts'
import { type CommandError, type Fields, isObject, type Json } from './schema.ts'

const ANSWER_MS = 3000
const RECENT = 1000
const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug']

export class Station {
  readonly accounts = new Map<AccountId, AccountConfig>()
  readonly registrations = new Map<AccountId, Extract<UaEvent, { kind: 'account-state' }>>()
  readonly calls = new Map<CallId, CallInHand>()
  readonly ports = new Map<PortId, PortInHand>()
  /** `from>to` */
  readonly connections = new Set<string>()
  /** The account each transfer asked of us is for, until the word on it. */
  readonly transfers = new Map<string, AccountId>()
  /** The account of each challenge we are asked about, until the word on it. */
  readonly challenges = new Map<string, AccountId>()
  /** User data of requests under way. */
  readonly requests = new Map<string, Json | undefined>()
  /** Digits on their way in-band, by port. */
  readonly inBand = new Map<PortId, { readonly call: CallId; readonly digits: string }>()
  settings: StationSettings = {
    ...{ trace: false, logLevel: 'warn', autoAnswer: 0, join: true, codecs: [], maxCalls: 32 },
  }
  agent: Agent | undefined
  readonly #write: (event: Fields) => void
  readonly #began = monotonic()
  readonly #tracer = new Tracer()
  readonly #listeners = new Set<(heard: Heard) => void>()
  #named = 0
  /** Events nobody has waited for yet, since the last command. */
  #recent: Fields[] = []
  #waiting: (() => void) | undefined
  leaving: 'cleanly' | 'at once' | undefined
  #inFlight: string | undefined

  constructor(write: (event: Fields) => void) {
    this.#write = write
  }

  emit(event: Told): void {
    const told = { ...event, t: Math.round(monotonic() - this.#began) }
    this.#write(told)
    if (this.#recent.length >= RECENT) this.#recent.shift()
    this.#recent.push(told)
    this.#waiting?.()
  }

  /** Events before now are nothing to wait for. */
  forgetEvents(): void {
    this.#recent = []
  }

  /** The first event since the last command (or the last one waited for) that has these fields. */
  async wait(name: EventName, match: Fields, withinMs: number): Promise<Fields | undefined> {
    const look = () => {
      for (let event = this.#recent.shift(); event !== undefined; event = this.#recent.shift())
        if (event.event === name && holds(event, match)) return event
      return undefined
    }
    const { promise, resolve } = Promise.withResolvers<Fields | undefined>()
    this.#waiting = () => {
      const found = look()
      if (found === undefined) return
      this.#waiting = undefined
      resolve(found)
    }
    const late = setTimeout(() => resolve(undefined), withinMs)
    this.#waiting()
    const found = await promise
    this.#waiting = undefined
    clearTimeout(late)
    return found
  }

  /** An event of a call, with the user data it was given. */
  tell(call: CallId, event: Told): void {
    const { event: name, ...rest } = event
    this.emit({ event: name, call, ...rest, userData: this.calls.get(call)?.userData })
  }

  newName(kind: string): string {
    return `${kind}:${++this.#named}`
  }

  /** The reason when the address, the port or the addon cannot be had. */
  start(options: AgentOptions, device: DeviceConfig, settings: StationSettings): Result<Agent, string> {
    this.settings = settings
    try {
      const agent: Agent = startAgent(options, {
        ua: (event) => this.#hear({ from: 'ua', event }),
        media: (event) => this.#hear({ from: 'media', event }),
        log: (record) => this.log(record),
        sip: (output) => {
          onSipOutput(this, output)
          const told = this.#tracer.sent(output)
          if (told && this.settings.trace) this.emit(traceEvent(told))
        },
        net: (input) => {
          const told = this.#tracer.received(input)
          if (this.settings.trace) told.forEach((each) => void this.emit(traceEvent(each)))
        },
        broken: (code) => this.emit({ event: 'broken', reason: code }),
      })
      this.agent = agent
      this.open({ kind: 'open-device', port: DEVICE, device }, 'device', undefined)
      return ok(agent)
    } catch (error) {
      return err(error instanceof Error ? error.message : String(error))
    }
  }

  log({ level, from, what, fields }: LogRecord): void {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(this.settings.logLevel)) return
    this.emit({ event: 'log', level, from, what, fields: { ...fields } })
  }

  #hear(heard: Heard): void {
    for (const listener of [...this.#listeners]) listener(heard)
    if (heard.from === 'ua') onUaEvent(this, heard.event)
    else onMediaEvent(this, heard.event)
  }

  /** A call that is known to be there: commands that name another one are refused before they run. */
  call(id: CallId): CallInHand {
    const call = this.calls.get(id)
    if (call === undefined) throw new Error(`no call ${id}`)
    return call
  }

  /** Does what a user agent's command says; the error is its refusal, which comes within the same turn. */
  async ua(command: UaCommand): Promise<Result<undefined, CommandError>> {
    const subject = subjectOf(command)
    let refusal: string | undefined
    const listener = ({ event }: Heard) => {
      if (event.kind === 'refused' && event.command === command.kind && event.subject === subject)
        refusal = event.reason
    }
    this.#listeners.add(listener)
    this.#inFlight = `${command.kind} ${subject}`
    this.agent?.ua(command)
    // The hub's turn was asked for first, so it is over when this comes.
    await new Promise((resolve) => setImmediate(resolve))
    this.#listeners.delete(listener)
    this.#inFlight = undefined
    return refusal === undefined
      ? ok(undefined)
      : err({ what: refusal, expected: 'what can be done now', got: subject })
  }

  /** The first RTP ports are bound: a call can be made. The error is why there are none. */
  async ready(): Promise<Result<undefined, string>> {
    const failure = await this.await(
      ({ event }) => {
        if (event.kind === 'pairs-failed') return event.reason
        return event.kind === 'pair-ready' ? '' : undefined
      },
      // The user agent orders ports with the first thing it is told; this one changes nothing.
      () => void this.ua({ kind: 'query-record', call: '', ref: 0 }),
    )
    return failure === '' ? ok(undefined) : err(failure ?? 'no RTP ports in time')
  }

  /** A refusal of this is somebody's answer already. */
  expects(command: UaCommand['kind'], subject: string): boolean {
    return this.#inFlight === `${command} ${subject}`
  }

  media(command: MediaCommand): void {
    this.agent?.media(command)
    if (command.kind === 'connect') this.connections.add(`${command.from}>${command.to}`)
    if (command.kind === 'disconnect') this.connections.delete(`${command.from}>${command.to}`)
    if (command.kind === 'close-port') this.forgetPort(command.port)
  }

  /** Opens a port and takes it into the books. */
  open(command: MediaCommand & { readonly port: PortId }, kind: PortInHand['kind'], call: CallId | undefined): void {
    this.ports.set(command.port, { kind, call })
    this.media(command)
  }

  forgetPort(port: PortId): void {
    this.ports.delete(port)
    this.inBand.delete(port)
    for (const pair of this.connections)
      if (pair.startsWith(`${port}>`) || pair.endsWith(`>${port}`)) this.connections.delete(pair)
  }

  /** The first thing heard that `pick` takes, from the moment `cause` is called; undefined when it does not come in time. */
  async await<T>(
    pick: (heard: Heard) => T | undefined,
    cause: (finish: () => void) => void,
    withinMs = ANSWER_MS,
  ): Promise<T | undefined> {
    const { promise, resolve } = Promise.withResolvers<T | undefined>()
    const listener = (heard: Heard) => {
      const picked = pick(heard)
      if (picked !== undefined) resolve(picked)
    }
    this.#listeners.add(listener)
    const late = setTimeout(() => resolve(undefined), withinMs)
    cause(() => resolve(undefined))
    const found = await promise
    clearTimeout(late)
    this.#listeners.delete(listener)
    return found
  }

  /** The call is over: nothing of it stays. */
  forgetCall(id: CallId): void {
    const call = this.calls.get(id)
    clearTimeout(call?.ringing)
    clearInterval(call?.watching)
    this.calls.delete(id)
    for (const [port, { call: of }] of this.ports) if (of === id) this.media({ kind: 'close-port', port })
  }

  /** Hangs up, un-registers, closes everything; two seconds at most. */
  async stop(): Promise<void> {
    const agent = this.agent
    this.agent = undefined
    for (const call of this.calls.values()) {
      clearTimeout(call.ringing)
      clearInterval(call.watching)
    }
    await agent?.stop()
  }
}

const traceEvent = ({ from, to, ...rest }: Traced): Told => ({
  ...{ event: 'trace', ...rest },
  ...{ from: showAddress(from), to: showAddress(to) },
})

function subjectOf(command: UaCommand): string {
  if (command.kind === 'answer-transfer') return command.transfer
  if (command.kind === 'authorize') return command.challenge
  if (command.kind === 'compose') return 'call' in command.to ? command.to.call : command.to.account
  if ('call' in command) return command.call
  if ('subscription' in command) return command.subscription
  if ('publication' in command) return command.publication
  if ('subscriber' in command) return command.subscriber
  if ('request' in command) return command.request
  if (command.kind === 'move') return command.mediaAddress
  if (command.kind === 'set-rtp-ports') return `${command.min}-${command.max}`
  if (command.kind === 'add-package') return command.event.toLowerCase()
  return command.account
}

/** Whether `event` has all that `match` names, with those values; objects are looked into. */
const holds = (event: Json | undefined, match: Json | undefined): boolean =>
  isObject(match) && isObject(event)
    ? Object.entries(match).every(([key, value]) => holds(event[key], value))
    : JSON.stringify(event) === JSON.stringify(match)
