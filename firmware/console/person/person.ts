// The console for people: what it holds, what it says of what happens, and its lines of input.
import { Account, type AudioMedia, Buddy, Call, Endpoint, OperationError } from '../../api/facade/index.ts'
import { COMMANDS, type PersonCommand, usage } from './commands.ts'
import type { PersonOptions } from './options.ts'
import { setUp, type Telephone } from './set-up.ts'

export class Person {
  readonly options: PersonOptions
  readonly say: (line: string) => void
  readonly buddies: Buddy[] = []
  phone: Telephone | undefined
  /** Place of the one commands are about, in `accounts`. */
  current = 0
  /** The call commands are about. */
  call: Call | undefined
  leaving = false
  #asking: { readonly command: PersonCommand; readonly given: string[] } | undefined

  constructor(options: PersonOptions, say: (line: string) => void) {
    this.options = options
    this.say = say
  }

  /** Throws an OperationError that names what cannot be. */
  async start(): Promise<void> {
    const endpoint = new Endpoint({ beside: true })
    const newAccount = () => this.newAccount(endpoint)
    this.phone = await setUp(this.options, endpoint, newAccount, (uri, account) => this.newBuddy(uri, account))
    this.say(`${this.account.uri} at ${endpoint.transportGetInfo(endpoint.transportEnum()[0]!).localAddress}`)
    if (this.options.call !== undefined) this.makeCall(this.options.call)
  }

  async stop(): Promise<void> {
    await this.phone?.endpoint.libDestroy()
  }

  get account(): Account {
    return this.phone!.accounts[this.current]!
  }

  get endpoint(): Endpoint {
    return this.phone!.endpoint
  }

  /** Those that are not over, by number. */
  get calls(): readonly Call[] {
    return this.endpoint.enumCalls().flatMap((id) => Call.lookup(this.account, id) ?? [])
  }

  /** One line of input: a command with what it needs, or what was asked for. An empty line gives it up. */
  line(text: string) {
    const [word = '', ...rest] = text.trim().split(/\s+/)
    const asking = this.#asking
    this.#asking = undefined
    if (text.trim() === '') return
    const command = asking?.command ?? COMMANDS.get(word)
    if (command === undefined) return this.say(`no command ${word}; ? lists them`)
    const given = asking === undefined ? rest : [...asking.given, text.trim()]
    // The last takes all that is left of the line.
    const values = asking === undefined ? joined(given, command.asks.length) : given
    const next = command.asks[values.length]
    if (next !== undefined) {
      this.#asking = { command, given: values }
      return this.say(`${next}:`)
    }
    try {
      command.run(this, ...values)
    } catch (error) {
      if (!(error instanceof OperationError)) throw error
      this.say(error.info())
    }
  }

  help(): void {
    for (const line of usage()) this.say(line)
  }

  makeCall(uri: string): void {
    const call = new Call(this.account)
    this.#follow(call)
    call.makeCall(uri)
    this.call = call
    this.say(`call ${call.getId()} to ${uri}`)
  }

  /** The call that is asked of; throws when there is none. */
  needed(): Call {
    if (this.call?.isActive()) return this.call
    throw new OperationError('console', 'state', 'there is no call')
  }

  newAccount(endpoint: Endpoint): Account {
    const account = new Account(endpoint)
    account.on('incomingCall', ({ callId, rdata }) => {
      const call = new Call(account, callId)
      this.#follow(call)
      if (this.call?.isActive() !== true) this.call = call
      this.say(`call ${callId} from ${rdata.peer.uri}`)
      const code = this.options['auto-answer']
      call.answer({ statusCode: code === undefined ? 180 : Number(code) })
    })
    account.on('regState', ({ state, statusCode, reason, expiration }) =>
      this.say(`${account.uri} ${state} ${statusCode} ${reason} ${expiration}`),
    )
    account.on('instantMessage', ({ fromUri, msgBody }) => this.say(`message from ${fromUri}: ${msgBody}`))
    account.on('instantMessageStatus', ({ toUri, code, reason }) => this.say(`message to ${toUri}: ${code} ${reason}`))
    account.on('mwiInfo', ({ messages }) => this.say(`messages wait: ${messages?.waiting ?? 'not known'}`))
    return account
  }

  newBuddy(uri: string, account = this.account): Buddy {
    const buddy = new Buddy()
    buddy.on('buddyState', ({ presStatus, subState }) =>
      this.say(`${uri} ${presStatus.status} ${presStatus.statusText} (${subState})`),
    )
    buddy.create(account, { uri })
    this.buddies.push(buddy)
    return buddy
  }

  #follow(call: Call): void {
    const says = (text: string) => this.say(`call ${call.getId()} ${text}`)
    const { duration } = this.options
    call.on('callState', ({ state, statusCode, reason }) => {
      says(`${state} ${statusCode} ${reason}`.trimEnd())
      if (state === 'confirmed' && duration !== undefined)
        setTimeout(() => call.isActive() && call.hangup(), 1000 * Number(duration)).unref()
      if (state === 'disconnected' && this.call === call) this.call = this.calls[0]
    })
    call.on('callMediaState', () => says(`media ${call.getInfo().media[0]?.status ?? 'none'}`))
    call.on('streamCreated', ({ media }) => this.#connect(call, media))
    call.on('dtmfDigit', ({ digit }) => says(`digit ${digit}`))
    call.on('callTransferStatus', ({ statusCode, reason }) => says(`transfer ${statusCode} ${reason}`))
    call.on('callModified', ({ statusCode, reason }) => says(`changed ${statusCode} ${reason}`))
    call.on('callRedirected', (prm) => {
      prm.op = 'accept'
      says(`is sent on to ${prm.targetUri}`)
    })
    call.on('instantMessage', ({ msgBody }) => says(`message: ${msgBody}`))
    call.on('callTsxState', ({ role, method, statusCode }) => {
      if (role === 'uac' && method !== 'MESSAGE') says(`${method} ${statusCode}`)
    })
  }

  #connect(call: Call, media: AudioMedia) {
    const { player, recorder } = this.phone!
    if (this.options['auto-loop']) return media.startTransmit(media)
    if (this.options['auto-play'] && player) player.startTransmit(media)
    else {
      const devices = this.endpoint.audDevManager()
      devices.getCaptureDevMedia().startTransmit(media)
      media.startTransmit(devices.getPlaybackDevMedia())
    }
    if (this.options['auto-rec'] && recorder) media.startTransmit(recorder)
    if (!this.options['auto-conf']) return
    for (const other of this.calls.filter((each) => each !== call && each.hasMedia())) {
      other.getAudioMedia().startTransmit(media)
      media.startTransmit(other.getAudioMedia())
    }
  }
}

const joined = (words: readonly string[], most: number): string[] =>
  words.length <= most ? [...words] : [...words.slice(0, most - 1), words.slice(Math.max(0, most - 1)).join(' ')]
