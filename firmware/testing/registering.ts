// A phone and a registrar on a stage, and the commands between them: what tests of registrations begin with.
import { Secret } from '../base/secret.ts'
import type { SipCommand } from '../sip/core/contract.ts'
import { FakeRegistrar, type RegistrarOptions } from './fake-registrar.ts'
import { Stage } from './stage.ts'

export const INSTANCE = 'urn:uuid:00000000-0000-1000-8000-000a95a0e128'
type Register = Extract<SipCommand, { kind: 'register' }>

export function registering(options: RegistrarOptions = {}, stage = new Stage(), doors: readonly string[] = []) {
  const registrar = new FakeRegistrar(stage, '10.0.0.5', options, doors)
  const alice = stage.phone('alice', '10.0.0.1')
  const identity = {
    ...alice.identity,
    credentials: [{ realm: '*', username: 'alice', password: new Secret('secret') }],
  }
  const register = (more: Partial<Register> = {}) =>
    alice.do({
      ...{ kind: 'register', id: 'reg', identity, registrar: 'sip:10.0.0.5', expires: 600, headers: [], now: false },
      ...more,
    })
  const unregister = () => alice.do({ kind: 'unregister', id: 'reg' })
  const states = () => alice.all('registration-state').map(({ state, status }) => `${state} ${status}`)
  /** REGISTERs that came, by whichever door. */
  const requests = () => [registrar.peer, ...registrar.doors].flatMap((door) => door.requests('REGISTER'))
  return { stage, registrar, alice, identity, register, unregister, states, requests }
}
