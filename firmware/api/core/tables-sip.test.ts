// Transition tables of what registers, publishes, subscribes and is subscribed to: every state with every input.
import { expect } from 'vitest'
import { type CoreParty, startParty } from '../../testing/core.ts'
import { type LoopbackPeer, startPeer } from '../../testing/loopback-peer.ts'
import { testTable } from '../../testing/state-table.ts'
import { Credentials, type IncomingSubscription, Publication, Registration, Subscription } from './index.ts'

interface Scripted {
  readonly alice: CoreParty
  readonly peer: LoopbackPeer
  readonly credentials: Credentials
}

async function scripted(): Promise<Scripted> {
  const [alice, peer] = [await startParty('alice'), await startPeer()]
  return { alice, peer, credentials: new Credentials(peer.uri('alice'), { token: 'tok' }) }
}

/** The last request of that method gets this answer, now or again. */
function answer(peer: LoopbackPeer, method: string, status: number, ...headers: readonly string[]): void {
  peer.answer(peer.of(method).at(-1)!, { status, headers })
}

const came = async (peer: LoopbackPeer, method: string, count: number) => {
  await expect.poll(() => peer.of(method).length, { interval: 5 }).toBe(count)
}

const contactOf = (peer: LoopbackPeer) => `Contact: ${peer.of('REGISTER').at(-1)?.header('Contact')}`

// ---- Registration ----------------------------------------------------------------------------------------------------

async function placedRegistration(steps: (it: Registration, peer: LoopbackPeer) => Promise<void>) {
  const { alice, peer, credentials } = await scripted()
  const it = new Registration(credentials, { engine: alice.engine, route: peer.route })
  await steps(it, peer)
  await Promise.resolve()
  const { notifications } = alice.engine
  return { it, peer, alice, notifications, tells: ['registration-changed-state'], state: () => it.state }
}

const registering = async (it: Registration, peer: LoopbackPeer) => {
  it.register()
  await came(peer, 'REGISTER', 1)
}
const registered = async (it: Registration, peer: LoopbackPeer) => {
  await registering(it, peer)
  answer(peer, 'REGISTER', 200, contactOf(peer))
  await until(() => it.state === 'registered')
}
const unregistering = async (it: Registration, peer: LoopbackPeer) => {
  await registered(it, peer)
  it.unregister()
  await came(peer, 'REGISTER', 2)
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { interval: 5 }).toBe(true)
}

testTable('Registration', {
  states: {
    unregistered: () => placedRegistration(async () => {}),
    refused: () =>
      placedRegistration(async (it, peer) => {
        await registering(it, peer)
        answer(peer, 'REGISTER', 403)
        await until(() => it.state === 'unregistered')
      }),
    registering: () => placedRegistration(registering),
    registered: () => placedRegistration(registered),
    unregistering: () => placedRegistration(unregistering),
    stopped: async () => {
      const placed = await placedRegistration(async () => {})
      await placed.alice.engine.stop()
      return placed
    },
  },
  inputs: {
    register: ({ it }) => it.register(),
    unregister: ({ it }) => it.unregister(),
    'got 200': ({ peer }) => peer.of('REGISTER').length > 0 && answer(peer, 'REGISTER', 200, contactOf(peer)),
    'got 403': ({ peer }) => peer.of('REGISTER').length > 0 && answer(peer, 'REGISTER', 403),
    'new expires': ({ it }) => {
      it.expires = 77
    },
  },
  cells: {
    //            register        unregister     200            403            new expires
    unregistered: 'registering!   unregistered   unregistered   unregistered   unregistered',
    refused: '     registering!   unregistered!  unregistered   unregistered   registering!'.trim(),
    registering: 'registering     registering    registered!    unregistered!  registering',
    registered: '  registered      unregistering! registered     registered     registered'.trim(),
    unregistering: 'unregistering  unregistering  unregistered!  unregistered!  unregistering',
    stopped: '    -stopped        -stopped       unregistered   unregistered   unregistered'.trim(),
  },
})

// ---- Publication -----------------------------------------------------------------------------------------------------

async function placedPublication(steps: (it: Publication, peer: LoopbackPeer) => Promise<void>) {
  const { alice, peer, credentials } = await scripted()
  const it = new Publication(credentials, 'presence', { engine: alice.engine, route: peer.route })
  await steps(it, peer)
  await Promise.resolve()
  const { notifications } = alice.engine
  return { it, peer, alice, notifications, tells: ['publication-changed-state'], state: () => it.state }
}

const PIDF = 'application/pidf+xml'
const publishing = async (it: Publication, peer: LoopbackPeer) => {
  it.publish(PIDF, '<a/>')
  await came(peer, 'PUBLISH', 1)
}
const published = async (it: Publication, peer: LoopbackPeer) => {
  await publishing(it, peer)
  answer(peer, 'PUBLISH', 200, 'SIP-ETag: one', 'Expires: 120')
  await until(() => it.state === 'published')
}

testTable('Publication', {
  states: {
    unpublished: () => placedPublication(async () => {}),
    publishing: () => placedPublication(publishing),
    published: () => placedPublication(published),
    unpublishing: () =>
      placedPublication(async (it, peer) => {
        await published(it, peer)
        it.unpublish()
        await came(peer, 'PUBLISH', 2)
      }),
    stopped: async () => {
      const placed = await placedPublication(async () => {})
      await placed.alice.engine.stop()
      return placed
    },
  },
  inputs: {
    publish: ({ it }) => it.publish(PIDF, '<b/>'),
    unpublish: ({ it }) => it.unpublish(),
    'got 200': ({ peer }) =>
      peer.of('PUBLISH').length > 0 && answer(peer, 'PUBLISH', 200, 'SIP-ETag: two', 'Expires: 120'),
    'got 403': ({ peer }) => peer.of('PUBLISH').length > 0 && answer(peer, 'PUBLISH', 403),
  },
  cells: {
    //            publish       unpublish       200           403
    unpublished: 'publishing!   unpublished     unpublished   unpublished',
    publishing: ' publishing     publishing      published!    unpublished!'.trim(),
    published: '  publishing!    unpublishing!   published     published'.trim(),
    unpublishing: 'unpublishing  unpublishing    unpublished!  unpublished!',
    stopped: '    -stopped       -stopped        unpublished   unpublished'.trim(),
  },
})

// ---- Subscription ----------------------------------------------------------------------------------------------------

async function placedSubscription(steps: (it: Subscription, peer: LoopbackPeer) => Promise<void>) {
  const { alice, peer, credentials } = await scripted()
  const it = new Subscription(credentials, peer.uri('bob'), 'presence', { engine: alice.engine, route: peer.route })
  await steps(it, peer)
  await Promise.resolve()
  const { notifications } = alice.engine
  return { it, peer, alice, notifications, tells: ['subscription-changed-state'], state: () => it.state }
}

const sent = async (it: Subscription, peer: LoopbackPeer) => {
  it.subscribe()
  await came(peer, 'SUBSCRIBE', 1)
}
const taken = async (it: Subscription, peer: LoopbackPeer) => {
  await sent(it, peer)
  accept(peer)
  await until(() => it.state === 'ACCEPTED')
}
const accept = (peer: LoopbackPeer) =>
  answer(peer, 'SUBSCRIBE', 200, `Contact: <sip:bob@127.0.0.1:${peer.port}>`, 'Expires: 120')
const notify = (peer: LoopbackPeer, state: string) =>
  peer.of('SUBSCRIBE').length > 0 &&
  peer.ask(peer.of('SUBSCRIBE')[0]!, 'NOTIFY', ['Event: presence', `Subscription-State: ${state}`])
const told = (state: string, as: string) => async (it: Subscription, peer: LoopbackPeer) => {
  await taken(it, peer)
  notify(peer, state)
  await until(() => it.state === as)
}

testTable('Subscription', {
  states: {
    NULL: () => placedSubscription(async () => {}),
    SENT: () => placedSubscription(sent),
    ACCEPTED: () => placedSubscription(taken),
    PENDING: () => placedSubscription(told('pending;expires=90', 'PENDING')),
    ACTIVE: () => placedSubscription(told('active;expires=90', 'ACTIVE')),
    foo: () => placedSubscription(told('foo;expires=90', 'foo')),
    TERMINATED: () => placedSubscription(told('terminated;reason=noresource', 'TERMINATED')),
  },
  inputs: {
    subscribe: ({ it }) => it.subscribe(),
    refresh: ({ it }) => it.refresh(),
    unsubscribe: ({ it }) => it.unsubscribe(),
    'got 403': ({ peer }) => peer.of('SUBSCRIBE').length > 0 && answer(peer, 'SUBSCRIBE', 403),
    pending: ({ peer }) => notify(peer, 'pending;expires=90'),
    active: ({ peer }) => notify(peer, 'active;expires=90'),
    terminated: ({ peer }) => notify(peer, 'terminated;reason=noresource'),
  },
  cells: {
    //    subscribe   refresh     unsubscribe   403           pending      active       terminated
    NULL: 'SENT!      -state      -state        NULL          NULL         NULL         NULL',
    SENT: '-state     SENT        TERMINATED!   TERMINATED!   PENDING!     ACTIVE!      TERMINATED!',
    ACCEPTED: '-state SENT!       TERMINATED!   ACCEPTED      PENDING!     ACTIVE!      TERMINATED!',
    PENDING: '-state  PENDING     PENDING       PENDING       PENDING      ACTIVE!      TERMINATED!',
    ACTIVE: '-state   ACTIVE      ACTIVE        ACTIVE        PENDING!     ACTIVE       TERMINATED!',
    foo: '-state      foo         foo           foo           PENDING!     ACTIVE!      TERMINATED!',
    TERMINATED: 'SENT! -state     -state        TERMINATED    TERMINATED   TERMINATED   TERMINATED',
  },
})

// ---- IncomingSubscription --------------------------------------------------------------------------------------------

async function placedSubscriber(steps: (it: IncomingSubscription) => void) {
  const alice = await startParty('alice')
  const bob = await startParty('bob', { notifierEvents: { presence: [PIDF] } })
  const asking = bob.engine.notifications.next('engine-got-subscription')
  const theirs = new Subscription(alice.credentials, bob.uri, 'presence', { engine: alice.engine, route: bob.route })
  theirs.subscribe()
  const it = (await asking).data.subscription
  steps(it)
  if (it.state !== 'new')
    await until(() => theirs.state === (it.state === 'terminated' ? 'TERMINATED' : it.state.toUpperCase()))
  const { notifications } = bob.engine
  return { it, theirs, notifications, tells: ['incoming-subscription-changed-state'], state: () => it.state }
}

testTable('IncomingSubscription', {
  states: {
    new: () => placedSubscriber(() => {}),
    pending: () => placedSubscriber((it) => it.accept(undefined, 'pending')),
    active: () => placedSubscriber((it) => it.accept(undefined)),
    terminated: () => placedSubscriber((it) => it.reject()),
  },
  inputs: {
    accept: ({ it }) => it.accept(undefined),
    reject: ({ it }) => it.reject(),
    'notify active': ({ it }) => it.notify(undefined),
    'notify pending': ({ it }) => it.notify(undefined, 'pending'),
    end: ({ it }) => it.end(),
    unsubscribed: ({ theirs }) => theirs.state !== 'TERMINATED' && theirs.unsubscribe(),
  },
  cells: {
    //       accept    reject       notify active   notify pending   end            unsubscribed
    new: '   active!   terminated   -state          -state           -state         new'.trim(),
    pending: '-state   -state       active!         pending          terminated!    terminated!',
    active: '-state    -state       active          pending!         terminated!    terminated!',
    terminated: '-state -state      -state          -state           -state         terminated',
  },
})
