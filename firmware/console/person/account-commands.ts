// Commands about accounts, buddies and what is written.
import { addressOf, buddiesOf, buddyOf, type Commands } from './command.ts'
import type { AccountOptions } from './options.ts'
import type { Person } from './person.ts'

/** - stands for nothing. */
const ACCOUNT = ['uri', 'registrar or -', 'realm or *', 'username or -', 'password or -']

function optionsOf([id = '', registrar = '-', realm = '*', username = '-', password = '-']: readonly string[]) {
  return {
    ...{ id, ...(registrar !== '-' && { registrar }) },
    proofs: [username === '-' ? {} : { realm, username, password: password === '-' ? '' : password }],
  } satisfies AccountOptions
}

export const ACCOUNT_COMMANDS: Commands = {
  '+b': { asks: ['uri'], help: 'adds a buddy', run: (person, uri = '') => void person.newBuddy(uri) },
  '-b': {
    asks: ['buddy'],
    help: 'takes one away',
    shows: listBuddies,
    run: (person, at = '') => person.forget(buddyOf(person, at)),
  },
  i: {
    asks: ['to (0: into the call)', 'text'],
    help: 'a message',
    shows: listBuddies,
    run(person, to = '', content = '') {
      if (to === '0') person.needed().sendInstantMessage({ content })
      else person.account.sendInstantMessage({ toUri: addressOf(person, to), content })
    },
  },
  s: { ...watching('watches a buddy by its number, -1 all'), run: presence(true) },
  u: { ...watching('watches it no more'), run: presence(false) },
  D: { ...watching('watches its calls'), run: dialogs(true) },
  Du: { ...watching('watches them no more'), run: dialogs(false) },
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
  '+a': {
    asks: ACCOUNT,
    help: 'adds an account',
    run: (person, ...given) => person.addAccount(optionsOf(given)),
  },
  '!a': {
    asks: ACCOUNT,
    help: 'other settings for the account',
    run: (person, ...given) => person.changeAccount(optionsOf(given)),
  },
  '-a': { asks: [], help: 'takes the account away', run: (person) => person.removeAccount() },
  rr: { asks: [], help: 'registers anew', run: (person) => person.account.setRegistration(true) },
  ru: { asks: [], help: 'un-registers', run: (person) => person.account.setRegistration(false) },
  '>': { asks: [], help: 'the next account', run: (person) => step(person, 1) },
  '<': { asks: [], help: 'the account before', run: (person) => step(person, -1) },
}

export function listAccounts(person: Person): void {
  for (const { account } of person.accounts) {
    const { uri, regIsConfigured, regIsActive, regStatus, regStatusText, onlineStatus } = account.getInfo()
    const here = account === person.account ? '*' : ' '
    const failed = regStatus >= 300 ? ` (${regStatus} ${regStatusText})` : ''
    const registered = regIsConfigured ? `${regIsActive ? '' : 'not '}registered${failed}` : 'local'
    person.say(`${here} ${uri} ${registered}, ${onlineStatus ? 'online' : 'offline'}`)
  }
}

export function listBuddies(person: Person): void {
  for (const [at, buddy] of person.buddies.entries()) {
    const { uri, presStatus } = buddy.getInfo()
    person.say(`  buddy ${at + 1} ${uri} ${presStatus.status} ${presStatus.statusText}`.trimEnd())
  }
}

function watching(help: string) {
  return { asks: ['buddy'], help, shows: listBuddies }
}

function presence(on: boolean) {
  return (person: Person, at = '') => {
    for (const buddy of buddiesOf(person, at)) buddy.subscribePresence(on)
  }
}

function dialogs(on: boolean) {
  return (person: Person, at = '') => {
    for (const buddy of buddiesOf(person, at)) buddy.subscribeDlgEvent(on)
  }
}

function step(person: Person, by: number): void {
  const { length } = person.accounts
  person.current = (person.current + by + length) % length
  person.say(`account ${person.account.uri}`)
}
