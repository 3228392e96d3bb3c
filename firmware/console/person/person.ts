// The console for people: what it holds, and its lines of input.
import { Account, Buddy, Call, Endpoint, OperationError } from '../../api/facade/index.ts'
import { accountSettings } from './account-settings.ts'
import { failure, type PersonCommand, question } from './command.ts'
import { COMMANDS } from './commands.ts'
import { type Listener, tellAccount, tellBuddy, tellCall, tellEndpoint } from './events.ts'
import type { AccountOptions, PersonOptions } from './options.ts'
import { setUp } from './set-up.ts'
import { Sound } from './sound.ts'

/** What was asked, and has been answered so far. */
interface Asking {
  readonly command: PersonCommand
  readonly given: readonly string[]
}

interface Owned {
  readonly account: Account
  options: AccountOptions
}

export class Person implements Listener {
  readonly options: PersonOptions
  readonly say: (line: string) => void
  readonly accounts: Owned[] = []
  readonly buddies: Buddy[] = []
  endpoint: Endpoint = new Endpoint({ beside: true })
  /** Place of the one commands are about, in `accounts`. */
  current = 0
  /** The call commands are about. */
  call: Call | undefined
  /** Each line typed is said. */
  echoes = false
  leaving = false
  #sound: Sound | undefined
  readonly #hide: ((hides: boolean) => void) | undefined
  #asking: Asking | undefined
  /** Of what asks by itself. */
  #toAsk: PersonCommand[] = []

  /** `hide`: the terminal is to show what is typed, or not; undefined: nobody sits there who could be asked. */
  constructor(options: PersonOptions, say: (line: string) => void, hide?: (hides: boolean) => void) {
    this.options = options
    this.say = say
    this.#hide = hide
  }

  /** Throws an OperationError that names what cannot be. */
  async start(): Promise<void> {
    for (const line of this.options.without) this.say(line)
    await this.#begin(this.options)
    if (this.options.call !== undefined) this.makeCall(this.options.call)
  }

  async #begin(options: PersonOptions): Promise<void> {
    tellEndpoint(this, this.endpoint)
    await setUp(options, this.endpoint)
    this.#sound = new Sound(options, this.endpoint, this.say)
    for (const account of options.accounts) this.addAccount(account)
    this.current = 0
    for (const uri of options['add-buddy'] ?? []) this.newBuddy(uri)
    const [transport] = this.endpoint.transportEnum()
    this.say(`${this.account.uri} at ${this.endpoint.transportGetInfo(transport!).localAddress}`)
  }

  /** All ends, and begins with the options as they are now. */
  async restart(): Promise<void> {
    const options = this.now
    await this.stop()
    this.endpoint = new Endpoint({ beside: true })
    this.call = undefined
    this.accounts.length = 0
    this.buddies.length = 0
    await this.#begin(options)
  }

  async stop(): Promise<void> {
    await this.endpoint.libDestroy()
  }

  /** The options as they are now: what was added and taken away since is in them. */
  get now(): PersonOptions {
    const { call: _called, 'add-buddy': _first, ...options } = this.options
    const buddies = this.buddies.map((buddy) => buddy.getConfig().uri)
    const accounts = this.accounts.map((each) => each.options)
    return { ...options, accounts, ...(buddies.length > 0 && { 'add-buddy': buddies }) }
  }

  get account(): Account {
    return this.accounts[this.current]!.account
  }

  get sound(): Sound {
    return this.#sound!
  }

  /** Those that are not over, by number. */
  get calls(): readonly Call[] {
    return this.endpoint.enumCalls().flatMap((id) => Call.lookup(this.account, id) ?? [])
  }

  /** One line of input: a command with what it needs, or what was asked for. An empty line gives it up. */
  async line(text: string): Promise<void> {
    const asking = this.#asking
    const isUnseen = asking !== undefined && asksUnseen(asking)
    if (this.echoes && !isUnseen) this.say(text)
    this.#asking = undefined
    if (text.trim() === '') asking?.command.givenUp?.()
    else await this.#perform(asking, isUnseen ? text : text.trim())
    this.#askNext()
  }

  async #perform(asking: Asking | undefined, text: string): Promise<void> {
    const [word = '', ...rest] = text.split(/\s+/)
    const command = asking?.command ?? COMMANDS.get(word)
    if (command === undefined) return this.say(`no command ${word}; ? lists them`)
    const given = asking === undefined ? joined(rest, command) : [...asking.given, text]
    try {
      const next = question(command, given)
      if (next !== undefined) {
        this.#asking = { command, given }
        if (given.length === 0) command.shows?.(this)
        return this.say(`${next}:`)
      }
      if (given.length > command.asks.length)
        throw failure(`${word} takes nothing more, got ${given.slice(command.asks.length).join(' ')}`)
      await command.run(this, ...given)
    } catch (error) {
      if (!(error instanceof OperationError)) throw error
      this.say(error.info())
    }
  }

  get isAskable(): boolean {
    return this.#hide !== undefined
  }

  /** What it needs is asked for as soon as nothing else is. */
  ask(command: PersonCommand): void {
    this.#toAsk.push(command)
    this.#askNext()
  }

  #askNext(): void {
    if (this.#asking === undefined) {
      this.#toAsk = this.#toAsk.filter(({ isDue }) => isDue?.() !== false)
      const command = this.#toAsk.shift()
      if (command !== undefined) {
        this.#asking = { command, given: [] }
        this.say(`${question(command, [])}:`)
      }
    }
    this.#hide?.(this.#asking !== undefined && asksUnseen(this.#asking))
  }

  makeCall(uri: string): void {
    const call = new Call(this.account)
    this.follow(call)
    call.makeCall(uri)
    this.call = call
    this.say(`call ${call.getId()} to ${uri}`)
  }

  /** The call that is asked of; throws when there is none. */
  needed(): Call {
    if (this.call?.isActive()) return this.call
    throw new OperationError('console', 'state', 'there is no call')
  }

  /** It becomes the current one. */
  addAccount(options: AccountOptions): void {
    const account = new OwnAccount(this)
    account.create(accountSettings(options, this.#ownAddress))
    this.accounts.push({ account, options })
    this.current = this.accounts.length - 1
  }

  changeAccount(options: AccountOptions): void {
    this.account.modify(accountSettings(options, this.#ownAddress))
    this.accounts[this.current]!.options = options
  }

  removeAccount(): void {
    if (this.accounts.length < 2) throw new OperationError('console', 'state', 'it is the only one')
    for (const buddy of this.account.enumBuddies()) this.forget(buddy)
    this.account.shutdown()
    this.accounts.splice(this.current, 1)
    this.current = 0
  }

  get #ownAddress(): string {
    return this.endpoint.transportGetInfo(this.endpoint.transportEnum()[0]!).localAddress
  }

  newBuddy(uri: string): void {
    const buddy = new Buddy()
    tellBuddy(this, buddy, uri)
    buddy.create(this.account, { uri })
    this.buddies.push(buddy)
  }

  forget(buddy: Buddy): void {
    buddy.delete()
    this.buddies.splice(this.buddies.indexOf(buddy), 1)
  }

  /** What becomes of it is said from now on. */
  follow(call: Call): void {
    tellCall(this, call)
  }
}

/** Calls made for it by others, as a transfer or a call in the place of another one, are followed too. */
class OwnAccount extends Account {
  readonly #person: Person

  constructor(person: Person) {
    super(person.endpoint)
    this.#person = person
    tellAccount(person, this)
  }

  override newCall(callId?: number): Call {
    const call = super.newCall(callId)
    this.#person.follow(call)
    return call
  }
}

const asksUnseen = ({ command, given }: Asking): boolean => command.hides === given.length

/** The last question takes all that is left of the line. */
function joined(words: readonly string[], { asks }: PersonCommand): readonly string[] {
  const most = asks.length
  return words.length <= most || most === 0 ? words : [...words.slice(0, most - 1), words.slice(most - 1).join(' ')]
}
