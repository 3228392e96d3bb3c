// The phone's session with its broker: connects, comes back with full-jitter waits, keeps retained topics true, and tells
// documents and commands apart from what must not be believed.
import { isUtf8 } from 'node:buffer'
import { type LogRecord, log } from '../../firmware/base/log.ts'
import { FOREVER, type Millis } from '../../firmware/base/time.ts'
import { backoff } from './backoff.ts'
import { type Connection, type ConnectionOptions, connect, type Message } from './client.ts'
import { createOutbox } from './outbox.ts'
import { topics } from './topics.ts'

export interface LinkOptions extends Omit<ConnectionOptions, 'clientId' | 'will'> {
  readonly prefix: string
  readonly deviceId: string
  /** Names this run of the phone. */
  readonly bootId: string
  /** A number larger than all before; a last will with an older one is out of date. */
  readonly nextSession: () => Promise<number>
  readonly now: () => Millis
  /** Uniform in 0 ≤ x < 1. */
  readonly chance: () => number
  /** Calls back when this machine has other addresses, until it is closed. Nobody is told when not given. */
  readonly watchAddresses?: (changed: () => void) => { close(): void }
  /** Opens a connection; the library's when not given. */
  readonly connect?: typeof connect
}

export interface Command {
  readonly name: string
  readonly payload: string
  /** Of the request, in hex; repeated with a repeated request. Undefined: every request is one of its own. */
  readonly correlation: string | undefined
  /** Publishes the answer where the request asked for it, else on `cmd/{name}/response`. */
  respond(answer: unknown): void
}

export interface LinkEvents {
  connected(connected: boolean): void
  /** An attempt to connect failed, or the session ended. */
  failed(reason: string): void
  desired(text: string): void
  command(command: Command): void
  log(record: LogRecord): void
}

export interface Link {
  /** Begins to connect; again, or after `stop`, it does nothing. */
  start(): void
  /** A retained topic's value, published when it changed and anew in every session. `state/…` at most every 250 ms. */
  set(suffix: string, value: unknown): void
  /** A numbered event on `event/{name}`, kept while the broker is away (100 at most). */
  event(name: string, body: Readonly<Record<string, unknown>>): void
  /** Has the broker send `config/desired` once more. */
  reread(): void
  /** Publishes `status` offline and says goodbye. */
  stop(): Promise<void>
}

/** A session that lasted this long, ms, ends the row of failures. */
const STABLE = 30_000
/** As `explain` says that this machine has no network, or no name server yet; so many times it is taken for that. */
const [UNASKED, MOST_UNASKED] = [/\b(EAI_AGAIN|ENETUNREACH)\b/, 30]

export function createLink(options: LinkOptions, events: LinkEvents): Link {
  const names = topics(options.prefix, options.deviceId)
  const outbox = createOutbox(options.bootId)
  let state: 'new' | 'waiting' | 'connecting' | 'connected' | 'stopped' = 'new'
  let connection: Connection | undefined
  let session = 0
  let failures = 0
  let unasked = 0
  let connectedAt = FOREVER
  /** The last reason logged, so that a broker away for days fills no log. */
  let known = ''
  /** In which session a refused topic was last logged. */
  let refusedIn = 0
  let retry: NodeJS.Timeout | undefined
  /** While it waits to try again. */
  let addresses: { close(): void } | undefined
  let flushing: NodeJS.Timeout | undefined

  const say = (level: LogRecord['level'], what: string, fields?: LogRecord['fields']) =>
    events.log(log(level, 'provisioning.mqtt', what, fields))
  const status = (state: 'online' | 'offline' | 'lost') => ({ state, bootId: options.bootId, session })

  async function open(): Promise<void> {
    state = 'connecting'
    session = await options.nextSession()
    const will = { topic: names.full('status'), payload: JSON.stringify(status('lost')) }
    try {
      const opened = await (options.connect ?? connect)(
        { ...options, clientId: options.deviceId, will },
        { connected: () => void greet(), message: take, closed: lost },
      )
      if (isStopped()) await opened.end()
      else connection = opened
    } catch (error) {
      lost(String(error))
    }
  }

  async function greet(): Promise<void> {
    const here = connection
    if (here === undefined || state !== 'connecting') return
    try {
      await Promise.all([
        here.subscribe(names.full('config/desired'), false),
        here.subscribe(names.full('cmd/#'), true),
      ])
    } catch (error) {
      say('error', 'the broker refused a subscription', { error: String(error) })
    }
    if (connection !== here) return
    state = 'connected'
    unwatch()
    connectedAt = options.now()
    unasked = 0
    known = ''
    say('info', 'connected', { broker: options.broker, session })
    outbox.restart()
    outbox.set('status', status('online'))
    events.connected(true)
    flush()
  }

  function lost(reason: string): void {
    const was = state
    if (was !== 'connecting' && was !== 'connected') return
    state = 'waiting'
    connection = undefined
    clearTimeout(flushing)
    flushing = undefined
    if (was === 'connected') {
      // A session cut short is a failure too: two phones of one name must not drive each other out at full speed.
      if (options.now() - connectedAt >= STABLE) failures = 0
      events.connected(false)
    }
    if (reason !== known) say('warn', 'not connected', { broker: options.broker, reason })
    known = reason
    events.failed(reason)
    addresses ??= options.watchAddresses?.(elsewhere)
    wait()
    // Nobody was asked, so nobody is spared by waiting longer: a phone is up before its network.
    if (!UNASKED.test(reason) || ++unasked > MOST_UNASKED) failures++
  }

  function wait(): void {
    clearTimeout(retry)
    retry = setTimeout(() => void open(), backoff(failures, options.chance()))
  }

  /** The cable is plugged in, or another network is there: what was before says nothing about the next attempt. */
  function elsewhere(): void {
    failures = unasked = 0
    if (state === 'waiting') wait()
  }

  function unwatch(): void {
    addresses?.close()
    addresses = undefined
  }

  function take(message: Message): void {
    const suffix = names.suffix(message.topic)
    if (suffix === 'config/desired') {
      // What is not UTF-8 is handed on as something that is no document either, and refused as such.
      events.desired(isUtf8(message.payload) ? message.payload.toString('utf8') : '\ufffd')
      return
    }
    const name = /^cmd\/([a-z][a-z0-9-]{0,31})$/.exec(suffix ?? '')?.[1]
    if (name === undefined) return
    if (message.retain) {
      say('warn', 'retained command dropped', { name })
      alarm('retained-command', { command: name })
      return
    }
    const { correlation, responseTopic } = message
    events.command({
      name,
      payload: isUtf8(message.payload) ? message.payload.toString('utf8') : '',
      correlation: correlation?.toString('hex'),
      respond(answer) {
        const topic = responseTopic ?? names.full(`cmd/${name}/response`)
        connection?.publish(topic, JSON.stringify(answer), { retain: false, correlation }).catch(() => undefined)
      },
    })
  }

  function alarm(kind: string, body: Readonly<Record<string, unknown>>): void {
    outbox.event('alarm', { alarm: kind, ...body })
    flush()
  }

  function flush(): void {
    const here = connection
    if (state !== 'connected' || here === undefined) return
    for (const { suffix, payload, retain, delivered } of outbox.take(options.now()))
      here.publish(names.full(suffix), payload, { retain }).then(delivered, (error) => refused(suffix, error))
    const due = outbox.deadline()
    if (due === FOREVER || flushing !== undefined) return
    flushing = setTimeout(
      () => {
        flushing = undefined
        flush()
      },
      Math.max(1, due - options.now()),
    )
  }

  /** Once a session: a phone that may publish nothing would fill the log. */
  function refused(suffix: string, error: { readonly code?: unknown; readonly message?: string }): void {
    if (state !== 'connected' || typeof error.code !== 'number' || refusedIn === session) return
    refusedIn = session
    say('error', 'the broker refuses what is published', { topic: names.full(suffix), reason: error.message })
  }

  const isStopped = () => state === 'stopped'

  return {
    start() {
      if (state === 'new') void open()
    },
    reread() {
      if (state === 'connected')
        connection
          ?.subscribe(names.full('config/desired'), false)
          .catch((error) => say('error', 'the broker refused a subscription', { error: String(error) }))
    },
    set(suffix, value) {
      if (!outbox.set(suffix, value)) say('error', 'too many retained topics', { suffix })
      flush()
    },
    event(name, body) {
      outbox.event(name, body)
      flush()
    },
    async stop() {
      const [here, was] = [connection, state]
      state = 'stopped'
      connection = undefined
      clearTimeout(retry)
      clearTimeout(flushing)
      unwatch()
      if (here === undefined) return
      // The goodbye waits for what is on its way, so nothing is awaited here.
      if (was === 'connected')
        here.publish(names.full('status'), JSON.stringify(status('offline')), { retain: true }).catch(() => undefined)
      await here.end()
    },
  }
}
