// Sessions between two engines of the core objects on loopback.
import { type Engine, Invitation, type InvitationOptions, type InvitationState } from '../api/core/index.ts'
import { audioSdp, type CoreParty, startParty } from './core.ts'

export interface Parties {
  readonly alice: CoreParty
  readonly bob: CoreParty
}

export async function parties(): Promise<Parties> {
  return { alice: await startParty('alice'), bob: await startParty('bob') }
}

/** Alice calls, and Bob has it before him. */
export async function ring({ alice, bob }: Parties, options: InvitationOptions = {}, offer = true) {
  const out = new Invitation(alice.credentials, bob.uri, { route: bob.route, engine: alice.engine, ...options })
  if (offer) out.setOfferedLocalSdp(audioSdp())
  const came = bob.engine.notifications.next('invitation-changed-state')
  out.sendInvite()
  return { out, into: (await came).sender }
}

export const reached = (engine: Engine, sender: Invitation, state: InvitationState): Promise<unknown> =>
  sender.state === state
    ? Promise.resolve()
    : engine.notifications.next('invitation-changed-state', { sender, where: (data) => data.state === state })

/** And he has taken it. */
export async function talk(both: Parties, options: InvitationOptions = {}) {
  const { out, into } = await ring(both, options)
  into.setOfferedLocalSdp(audioSdp(41_000))
  into.acceptInvite()
  await Promise.all([reached(both.alice.engine, out, 'CONFIRMED'), reached(both.bob.engine, into, 'CONFIRMED')])
  return { ...both, out, into }
}
