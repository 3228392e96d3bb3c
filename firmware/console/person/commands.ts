// The commands of the console for people: pjsua's letters.
import { Call, OperationError } from '../../api/facade/index.ts'
import type { Person } from './person.ts'

export interface PersonCommand {
  /** What it needs, as it is asked for. */
  readonly asks: readonly string[]
  readonly help: string
  run(person: Person, ...given: readonly string[]): void
}

const statusOf = (text = ''): number => {
  if (/^[1-6]\d\d$/.test(text)) return Number(text)
  throw new OperationError('console', 'argument', `code: expected 100–699, got ${text}`)
}

const TABLE: Readonly<Record<string, PersonCommand>> = {
  m: { asks: ['to'], help: 'makes a call', run: (person, to = '') => person.makeCall(to) },
  a: {
    asks: ['code'],
    help: 'answers with 100–699',
    run: (person, code) => person.needed().answer({ statusCode: statusOf(code) }),
  },
  h: { asks: [], help: 'hangs up', run: (person) => person.needed().hangup() },
  ha: { asks: [], help: 'hangs up all calls', run: (person) => person.endpoint.hangupAllCalls() },
  H: { asks: [], help: 'holds', run: (person) => person.needed().setHold() },
  v: {
    asks: [],
    help: 're-INVITE, which ends our hold',
    run: (person) => person.needed().reinvite({ opt: { unhold: true } }),
  },
  U: { asks: [], help: 'UPDATE', run: (person) => person.needed().update() },
  x: { asks: ['to'], help: 'transfers', run: (person, to = '') => person.needed().xfer(to) },
  X: {
    asks: ['call to replace'],
    help: 'transfers to another call',
    run(person, id) {
      const other = Call.lookup(person.account, Number(id))
      if (other === undefined) throw new OperationError('console', 'unknown', `there is no call ${id}`)
      person.needed().xferReplaces(other)
    },
  },
  '#': {
    asks: ['digits'],
    help: 'digits as telephone events',
    run: (person, all = '') => person.needed().dialDtmf(all),
  },
  '*': {
    asks: ['digits'],
    help: 'digits by INFO',
    run: (person, digits = '') => person.needed().sendDtmf({ digits, methods: ['info'] }),
  },
  S: {
    asks: ['method'],
    help: 'any request in the call',
    run: (person, method = '') => person.needed().sendRequest({ method }),
  },
  ']': { asks: [], help: 'the next call', run: (person) => step(person, 1) },
  '[': { asks: [], help: 'the call before', run: (person) => step(person, -1) },
  i: {
    asks: ['to', 'text'],
    help: 'a message; to . goes into the call',
    run(person, to = '', content = '') {
      if (to === '.') person.needed().sendInstantMessage({ content })
      else person.account.sendInstantMessage({ toUri: to, content })
    },
  },
  '+b': { asks: ['uri'], help: 'adds a buddy', run: (person, uri = '') => void person.newBuddy(uri) },
  s: { asks: ['buddy'], help: 'watches a buddy by its number', run: (person, at) => watch(person, at, true) },
  u: { asks: ['buddy'], help: 'watches it no more', run: (person, at) => watch(person, at, false) },
  t: {
    asks: [],
    help: 'we are online, or not any more',
    run(person) {
      const status = person.account.presence.status === 'online' ? 'offline' : 'online'
      person.account.setOnlineStatus({ status, statusText: '' })
      person.say(`we are ${status}`)
    },
  },
  T: {
    asks: ['text'],
    help: 'online, with a word',
    run: (person, statusText = '') => person.account.setOnlineStatus({ status: 'online', statusText }),
  },
  rr: { asks: [], help: 'registers anew', run: (person) => person.account.setRegistration(true) },
  ru: { asks: [], help: 'un-registers', run: (person) => person.account.setRegistration(false) },
  '+a': {
    asks: ['uri', 'registrar or -', 'username or -', 'password or -'],
    help: 'adds an account',
    run(person, idUri = '', registrar = '', username = '', data = '') {
      const account = person.newAccount(person.endpoint)
      account.create({
        ...{ idUri, regConfig: { registrarUri: registrar === '-' ? '' : registrar } },
        sipConfig: { authCreds: username === '-' ? [] : [{ username, data }] },
      })
      person.phone!.accounts.push(account)
    },
  },
  '-a': {
    asks: [],
    help: 'takes the account away',
    run(person) {
      if (person.phone!.accounts.length < 2) throw new OperationError('console', 'state', 'it is the only one')
      person.account.shutdown()
      person.phone!.accounts.splice(person.current, 1)
      person.current = 0
    },
  },
  '>': {
    asks: [],
    help: 'the next account',
    run(person) {
      person.current = (person.current + 1) % person.phone!.accounts.length
      person.say(`account ${person.account.uri}`)
    },
  },
  n: { asks: [], help: 'finds out what NAT we are behind', run: nat },
  cl: {
    asks: [],
    help: 'ports of the bridge',
    run: (person) => {
      for (const [at, port] of person.endpoint.mediaEnumPorts().entries()) person.say(`${at} ${port}`)
    },
  },
  Cp: {
    asks: ['codec', 'priority'],
    help: 'priority of a codec, 0–255',
    run: (person, codec = '', priority) => person.endpoint.codecSetPriority(codec, Number(priority)),
  },
  d: { asks: [], help: 'what stands', run: (person) => status(person) },
  dd: { asks: [], help: 'the calls in detail', run: (person) => void dump(person, true) },
  dq: { asks: [], help: 'the call in detail', run: (person) => void dump(person, false) },
  echo: { asks: ['text'], help: 'says it', run: (person, text = '') => person.say(text) },
  '?': { asks: [], help: 'this list', run: (person) => person.help() },
  q: {
    asks: [],
    help: 'leaves',
    run: (person) => {
      person.leaving = true
    },
  },
}

export const COMMANDS: ReadonlyMap<string, PersonCommand> = new Map(Object.entries(TABLE))

export const usage = (): readonly string[] =>
  [...COMMANDS].map(([letter, { asks, help }]) => `${letter.padEnd(5)} ${asks.join(', ').padEnd(24)} ${help}`)

function step(person: Person, by: number): void {
  const { calls } = person
  if (calls.length === 0) throw new OperationError('console', 'state', 'there is no call')
  const at = person.call === undefined ? -1 : calls.indexOf(person.call)
  person.call = calls[(at + by + calls.length) % calls.length]
  person.say(`call ${person.call?.getId()} ${person.call?.getInfo().remoteUri}`)
}

function watch(person: Person, at: string | undefined, on: boolean): void {
  const buddy = person.buddies[Number(at)]
  if (buddy === undefined) throw new OperationError('console', 'unknown', `there is no buddy ${at}`)
  buddy.subscribePresence(on)
}

function nat(person: Person): void {
  const { endpoint } = person
  endpoint.natDetectType()
  void endpoint
    .once('natDetectionComplete')
    .then(({ natType, reason }) => person.say(`NAT: ${natType ?? reason}`))
    .catch(() => person.say('NAT: nothing was found out'))
}

function status(person: Person): void {
  for (const account of person.phone!.accounts) {
    const { uri, regIsActive, regStatus, onlineStatus } = account.getInfo()
    const here = account === person.account ? '*' : ' '
    person.say(
      `${here} ${uri} ${regIsActive ? 'registered' : `not registered ${regStatus || ''}`.trimEnd()}, ${onlineStatus ? 'online' : 'offline'}`,
    )
  }
  for (const [at, buddy] of person.buddies.entries())
    person.say(`buddy ${at} ${buddy.getInfo().uri} ${buddy.getInfo().presStatus.status}`)
  for (const call of person.calls) {
    const { id, state, remoteUri } = call.getInfo()
    person.say(`${call === person.call ? '*' : ' '} call ${id} ${state} ${remoteUri}`)
  }
}

async function dump(person: Person, all: boolean): Promise<void> {
  for (const call of all ? person.calls : person.calls.filter((each) => each === person.call))
    for (const line of (await call.dump()).split('\n')) person.say(line)
}
