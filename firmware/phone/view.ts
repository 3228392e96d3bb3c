// What the screen shows follows from the state.
import type { Activity, CallView, PhoneView } from './contract.ts'
import type { PhoneCall, PhoneState } from './state.ts'

const callView = (call: PhoneCall): CallView => ({
  call: call.id,
  peer: call.peer,
  direction: call.direction,
  since: call.since,
  codec: call.codec,
  remoteHold: call.remoteHold,
  muted: call.muted,
})

function activityOf({ phase, step }: PhoneState): Activity {
  switch (phase.name) {
    case 'idle':
      return step === undefined ? { name: 'idle' } : { name: 'starting', step }
    case 'dialling':
      return { name: 'dialling', digits: phase.digits }
    case 'calling':
      return { name: 'calling', call: callView(phase.call), ringing: phase.call.ringing }
    case 'ringing':
      return { name: 'ringing', call: callView(phase.call) }
    case 'talking':
      return { name: phase.call.wantHeld ? 'held' : 'in-call', call: callView(phase.call) }
    case 'ended':
      return { name: 'ended', call: callView(phase.call), cause: phase.cause, lastedMs: phase.lastedMs }
  }
}

export const viewOf = (state: PhoneState): PhoneView => ({
  activity: activityOf(state),
  lines: state.lines.map(({ account, label, registered, reason }) => ({ account, label, registered, reason })),
  offHook: state.offHook,
  volume: state.volume,
})
