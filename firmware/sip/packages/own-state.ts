// What an account has to tell of itself: presence (RFC 3856) and its calls (RFC 4235), as bodies for those who subscribe.
import type { Body } from '../message/message.ts'
import { DIALOG_INFO, type DialogEntry, type DialogState, printDialogInfo } from './dialog-info.ts'
import type { Presence } from './presence.ts'
import type { OwnPresence } from './watched.ts'

/** A call as far as others may know of it; '' is not known yet. */
export interface OwnCall {
  readonly call: string
  readonly record: {
    readonly state: 'calling' | 'incoming' | 'early' | 'connecting' | 'confirmed' | 'disconnected'
    /** Who sent the INVITE: `uac` is us. */
    readonly role: 'uac' | 'uas'
    readonly callId: string
    readonly localTag: string
    readonly remoteTag: string
    readonly peer: { readonly uri: string; readonly display: string }
    readonly peerContact: string
    readonly media: { readonly status: string }
    /** Our own address. */
    readonly local: string
  }
}

const THERE: OwnPresence = { basic: 'open', activities: [], note: undefined }
const ON_THE_PHONE = 'on-the-phone'

/** `own` undefined: no more than that the phone is there. */
export function presenceOf(aor: string, own: OwnPresence = THERE, calls: readonly OwnCall[]): Presence {
  const speaks = calls.some(({ record }) => record.state === 'confirmed')
  const activities = [...new Set([...own.activities, ...(speaks ? [ON_THE_PHONE] : [])])]
  const notes = own.note === undefined ? [] : [own.note]
  const tuple = { id: 'phone', basic: own.basic, contact: aor, priority: undefined, notes: [] }
  return { entity: aor, tuples: [tuple], activities, notes }
}

export const dialogsOf = (calls: readonly OwnCall[]): readonly DialogEntry[] =>
  calls.filter(({ record }) => record.state !== 'disconnected').map(entryOf)

export const dialogsBody = (entity: string, version: number, dialogs: readonly DialogEntry[]): Body => ({
  contentType: DIALOG_INFO,
  content: printDialogInfo({ version, full: true, entity, dialogs }),
})

function entryOf({ call, record }: OwnCall): DialogEntry {
  const { state, role, callId, localTag, remoteTag, peer, peerContact, media, local } = record
  const held = media.status === 'local-hold'
  return {
    ...{ id: call, callId: callId || undefined, localTag: localTag || undefined, remoteTag: remoteTag || undefined },
    ...{ direction: role === 'uac' ? 'initiator' : 'recipient', state: stateOf(state) },
    ...{ event: undefined, code: undefined, durationS: undefined },
    local: { identity: local, display: undefined, target: local, rendering: held ? false : undefined },
    remote: {
      ...{ identity: peer.uri, display: peer.display || undefined, target: peerContact || undefined },
      rendering: undefined,
    },
  }
}

/** RFC 4235 §3.7.1: early from the first response with a tag on, theirs or ours. */
function stateOf(state: OwnCall['record']['state']): DialogState {
  switch (state) {
    case 'calling':
    case 'incoming':
      return 'trying'
    case 'early':
      return 'early'
    case 'connecting':
    case 'confirmed':
      return 'confirmed'
    case 'disconnected':
      return 'terminated'
  }
}
