// What the screen shows follows from the state.
import type { Activity, CallView, PhoneView } from './contract.ts'
import { forwardingOf } from './forwarding.ts'
import { keyViews } from './keys.ts'
import { known } from './phonebook.ts'
import { handsFreeOf, VOLUME_OF } from './routes.ts'
import { settled } from './settled.ts'
import { besideOf, focused, isAlerting, type PhoneCall, type PhoneState, ringingOf } from './state.ts'
import { buddyViews, mailboxViews } from './watching.ts'

const callView = (state: PhoneState, call: PhoneCall): CallView => ({
  call: call.id,
  peer: known(state, call.identity ?? call.peer),
  diverted: call.diverted && known(state, call.diverted),
  direction: call.direction,
  since: call.since,
  codec: call.codec,
  secured: call.secured,
  remoteHold: call.remoteHold,
  muted: call.muted,
  sent: call.sent && { to: known(state, call.sent.to), ringing: call.sent.ringing, failed: call.sent.failed },
})

function activityOf(state: PhoneState): Activity {
  const { focus, step } = state
  const rings = ringingOf(state)
  if (rings !== undefined && isAlerting(state)) return { name: 'ringing', call: callView(state, rings) }
  const call = focused(state)
  if (call !== undefined) return callActivity(state, call)
  switch (focus.name) {
    case 'idle':
    case 'call':
      return step === undefined ? { name: 'idle' } : { name: 'starting', step }
    case 'dialling':
      return { name: 'dialling', digits: focus.digits }
    case 'ended':
      return { name: 'ended', call: callView(state, focus.call), cause: focus.cause, lastedMs: focus.lastedMs }
  }
}

function callActivity(state: PhoneState, call: PhoneCall): Activity {
  if (call.stage === 'calling') return { name: 'calling', call: callView(state, call), ringing: call.ringing }
  const other = state.conference ? besideOf(state) : undefined
  if (other !== undefined)
    return {
      name: 'conference',
      calls: [callView(state, call), callView(state, other)],
      held: call.wantHeld && other.wantHeld,
    }
  return { name: call.wantHeld ? 'held' : 'in-call', call: callView(state, call) }
}

export function viewOf(state: PhoneState): PhoneView {
  const rings = ringingOf(state)
  const alerting = isAlerting(state)
  // While a call has the screen, the held one the user stands before is beside it.
  const beside = alerting ? (focused(state) ?? besideOf(state)) : state.conference ? undefined : besideOf(state)
  return {
    activity: activityOf(state),
    lines: state.lines.map(({ account, label, aor, registered, reason, retryAt }) => ({
      ...{ account, label, aor, registered, reason, retryAt },
    })),
    offHook: state.offHook,
    route: state.route,
    volume: settled(state, VOLUME_OF[state.route]),
    handsFree: handsFreeOf(state.settings).map((route) => ({ route, volume: settled(state, VOLUME_OF[route]) })),
    ringer: settled(state, 'ringerVolume'),
    waiting: rings === undefined || alerting ? undefined : callView(state, rings),
    beside: beside && callView(state, beside),
    missed: state.past.missed,
    mailboxes: mailboxViews(state),
    buddies: buddyViews(state),
    keys: keyViews(state),
    country: settled(state, 'country'),
    dnd: settled(state, 'dnd'),
    forward: forwardingOf(state),
  }
}
