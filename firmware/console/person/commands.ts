// The commands of the console for people: pjsua's letters.
import { ACCOUNT_COMMANDS, listAccounts, listBuddies } from './account-commands.ts'
import { CALL_COMMANDS, listCalls } from './call-commands.ts'
import { type Commands, failure, numberOf, type PersonCommand } from './command.ts'
import { linesOfOptions } from './options.ts'
import type { Person } from './person.ts'
import { saveOptions } from './save.ts'

/** Loudness is a factor; as loud as the bridge can. */
const MOST_LOUD = 10
const LONGEST_SLEEP_MS = 600_000

const OTHERS: Commands = {
  cl: { asks: [], help: 'ports of the bridge', run: listPorts },
  cc: { asks: ['from port', 'to port'], help: 'one hears the other', shows: listPorts, run: connected(true) },
  cd: { asks: ['from port', 'to port'], help: 'and no more', shows: listPorts, run: connected(false) },
  V: {
    asks: ['microphone, 1 as it comes', 'loudspeaker'],
    help: 'how loud they are, 0–10',
    run: (person, ...given) => person.sound.setVolume(loudness(given[0]), loudness(given[1])),
  },
  Cp: {
    asks: ['codec', 'priority'],
    help: 'priority of a codec, 0–255',
    shows(person) {
      for (const { codecId, priority } of person.endpoint.codecEnum()) person.say(`${priority}`.padEnd(4) + codecId)
    },
    run: (person, codec = '', priority) =>
      person.endpoint.codecSetPriority(codec, numberOf('priority', priority, 0, 255)),
  },
  d: {
    asks: [],
    help: 'what stands',
    run(person) {
      listAccounts(person)
      listBuddies(person)
      listCalls(person)
    },
  },
  dd: { asks: [], help: 'the calls in detail', run: (person) => dump(person, true) },
  dq: { asks: [], help: 'the call in detail', run: (person) => dump(person, false) },
  dc: {
    asks: [],
    help: 'the options as they are now',
    run(person) {
      for (const line of linesOfOptions(person.now, '***')) person.say(line)
    },
  },
  f: { asks: ['file'], help: 'writes them into a file', run: (person, file = '') => saveOptions(person, file) },
  n: { asks: [], help: 'finds out what NAT we are behind', run: nat },
  I: {
    asks: ['address, or - for that of the way to the world'],
    help: 'this host has another address',
    run: (person, address = '') => person.endpoint.handleIpChange(address === '-' ? {} : { address }),
  },
  L: { asks: [], help: 'ends all and begins anew with those options', run: (person) => person.restart() },
  sleep: {
    asks: ['ms'],
    help: 'waits before the next line',
    run: async (_person, ms) => {
      const time = numberOf('ms', ms, 0, LONGEST_SLEEP_MS)
      await new Promise((resolve) => setTimeout(resolve, time))
    },
  },
  echo: {
    asks: ['0, 1 or text'],
    help: '1 repeats each line typed, 0 does not; says text',
    run(person, text = '') {
      if (text === '0' || text === '1') person.echoes = text === '1'
      else person.say(text)
    },
  },
  '?': {
    asks: [],
    help: 'this list',
    run(person) {
      for (const line of usage()) person.say(line)
    },
  },
  q: {
    asks: [],
    help: 'leaves',
    run(person) {
      person.leaving = true
    },
  },
}

export const COMMANDS: ReadonlyMap<string, PersonCommand> = new Map(
  Object.entries({ ...CALL_COMMANDS, ...ACCOUNT_COMMANDS, ...OTHERS }),
)

function usage(): readonly string[] {
  return [...COMMANDS].map(([letter, { asks, help }]) => {
    const needs = asks.filter((each) => typeof each === 'string').join(', ')
    return `${letter.padEnd(5)} ${help}${needs === '' ? '' : `: ${needs}`}`
  })
}

function loudness(text = ''): number {
  const level = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && level <= MOST_LOUD) return level
  throw failure(`loudness: expected 0–${MOST_LOUD}, got ${text}`)
}

function listPorts(person: Person): void {
  for (const port of person.sound.ports(person.calls)) {
    const { portId, name, listeners } = port.getPortInfo()
    person.say(`  port ${portId} ${name}${listeners.length === 0 ? '' : ` to ${listeners.join(' ')}`}`)
  }
}

function connected(on: boolean) {
  return (person: Person, from = '', to = '') => {
    const ports = person.sound.ports(person.calls)
    const [source, sink] = [from, to].map((text) => {
      const port = ports.find((each) => String(each.getPortId()) === text)
      if (port === undefined) throw failure(`there is no port ${text}`)
      return port
    })
    if (on) source!.startTransmit(sink!)
    else source!.stopTransmit(sink!)
  }
}

function nat(person: Person): void {
  const { endpoint } = person
  endpoint.natDetectType()
  void endpoint
    .once('natDetectionComplete')
    .then(({ natType, reason }) => person.say(`NAT: ${natType ?? reason}`))
    .catch(() => person.say('NAT: nothing was found out'))
}

async function dump(person: Person, all: boolean): Promise<void> {
  for (const call of all ? person.calls : [person.needed()])
    for (const line of (await call.dump()).split('\n')) person.say(line)
}
