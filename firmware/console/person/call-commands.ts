// Commands about calls.
import { OperationError } from '../../api/facade/index.ts'
import { addressOf, type Commands, callOf, numberOf } from './command.ts'
import type { Person } from './person.ts'

/** Of M. */
const MOST_AT_ONCE = 100
const isRedirection = (code = '') => /^3\d\d$/.test(code)

export const CALL_COMMANDS: Commands = {
  m: { asks: ['to'], help: 'makes a call', run: (person, to = '') => person.makeCall(addressOf(person, to)) },
  M: {
    asks: ['how many', 'to'],
    help: 'makes several',
    run(person, count, to = '') {
      for (let left = numberOf('how many', count, 1, MOST_AT_ONCE); left > 0; left--)
        person.makeCall(addressOf(person, to))
    },
  },
  a: {
    asks: ['code', ([code]) => (isRedirection(code) ? 'to' : undefined)],
    help: 'answers with 100–699; 3xx sends it elsewhere',
    run(person, text, to = '') {
      const statusCode = numberOf('code', text, 100, 699)
      const target = isRedirection(text) && { headers: { Contact: `<${addressOf(person, to)}>` } }
      person.needed().answer({ statusCode, ...(target && { txOption: target }) })
    },
  },
  h: { asks: [], help: 'hangs up', run: (person) => person.needed().hangup() },
  ha: { asks: [], help: 'hangs up all calls', run: (person) => person.endpoint.hangupAllCalls() },
  H: { asks: [], help: 'holds', run: (person) => void person.needed().setHold() },
  v: {
    asks: [],
    help: 're-INVITE, which ends our hold',
    run: (person) => void person.needed().reinvite({ opt: { unhold: true } }),
  },
  U: { asks: [], help: 'UPDATE', run: (person) => void person.needed().update() },
  x: {
    asks: ['to'],
    help: 'transfers',
    run: (person, to = '') => person.needed().xfer(addressOf(person, to)),
  },
  X: {
    asks: ['call to replace'],
    help: 'transfers to another call',
    shows: listCalls,
    run: (person, other = '') => person.needed().xferReplaces(callOf(person, other)),
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
    asks: ['method', 'to (0: in the call)'],
    help: 'any request',
    run(person, method = '', to = '') {
      if (to === '0') person.needed().sendRequest({ method })
      else person.account.sendRequest({ method, targetUri: addressOf(person, to) })
    },
  },
  Ra: { asks: [], help: 'follows a 3xx', run: (person) => person.needed().processRedirect('accept') },
  Rr: { asks: [], help: 'not there, but to its next', run: (person) => person.needed().processRedirect('reject') },
  Rd: { asks: [], help: 'does not follow it', run: (person) => person.needed().processRedirect('stop') },
  ']': { asks: [], help: 'the next call', run: (person) => step(person, 1) },
  '[': { asks: [], help: 'the call before', run: (person) => step(person, -1) },
}

export function listCalls(person: Person): void {
  for (const call of person.calls) {
    const { id, state, remoteUri, media } = call.getInfo()
    const sound = media.map(({ status, codec }) => ` ${status} ${codec}`.trimEnd()).join('')
    person.say(`${call === person.call ? '*' : ' '} call ${id} ${state} ${remoteUri}${sound}`)
  }
}

function step(person: Person, by: number): void {
  const { calls } = person
  if (calls.length === 0) throw new OperationError('console', 'state', 'there is no call')
  const at = person.call === undefined ? -1 : calls.indexOf(person.call)
  person.call = calls[(at + by + calls.length) % calls.length]
  person.say(`call ${person.call?.getId()} ${person.call?.getInfo().remoteUri}`)
}
