// The calls somebody has, as documents whole and partial have told them so far (RFC 4235 §4.3), and what a lamp makes of them.
import type { DialogEntry, DialogInfo, DialogState } from './dialog-info.ts'
import { type VersionStep, versionStep } from './version.ts'

export interface DialogSet {
  readonly version: number
  /** Those that have not ended, in the order they were first told of. */
  readonly dialogs: readonly DialogEntry[]
}

/** More at once than anybody has; the whole is asked for anew then. */
const MOST = 256

/** What becomes of a set by one document; `set` stays as it was when that is stale or one before it was lost. */
export function applyDialogInfo(
  set: DialogSet | undefined,
  info: DialogInfo,
): { readonly step: VersionStep; readonly set: DialogSet | undefined } {
  const step = versionStep(set?.version, info)
  switch (step) {
    case 'stale':
    case 'lost':
      return { step, set }
    case 'whole':
    case 'change': {
      const known = new Map((step === 'whole' ? [] : (set?.dialogs ?? [])).map((dialog) => [dialog.id, dialog]))
      for (const dialog of info.dialogs) {
        if (dialog.state === 'terminated') known.delete(dialog.id)
        else known.set(dialog.id, dialog)
      }
      if (known.size > MOST) return { step: 'lost', set }
      return { step, set: { version: info.version, dialogs: [...known.values()] } }
    }
  }
}

/**
 * What a lamp shows of somebody, the most urgent first: `ringing` can be picked up. `unknown`: nothing has been told yet, or the
 * subscription is down; it must never look like idle.
 */
export type BusyState = 'unknown' | 'idle' | 'calling' | 'ringing' | 'busy' | 'held'

export function busyStateOf(set: DialogSet | undefined): BusyState {
  if (set === undefined) return 'unknown'
  const rings = ({ state, direction }: DialogEntry) => direction === 'recipient' && isEarly(state)
  if (set.dialogs.some(rings)) return 'ringing'
  const confirmed = set.dialogs.filter(({ state }) => state === 'confirmed')
  if (confirmed.length > 0) return confirmed.every(({ local }) => local?.rendering === false) ? 'held' : 'busy'
  return set.dialogs.length > 0 ? 'calling' : 'idle'
}

const isEarly = (state: DialogState): boolean => state === 'trying' || state === 'proceeding' || state === 'early'

/** What an INVITE needs to take a dialog over (RFC 3891): where it goes, and the value of its Replaces. */
export interface Pickup {
  readonly target: string
  readonly replaces: string
}

/**
 * Of a dialog that rings there or is spoken in; undefined: the document does not say enough. The INVITE goes to the other party, to
 * whom the one spoken of is remote (RFC 5359 §2.16): their tag is the to-tag.
 */
export function pickupOf({ state, direction, callId, localTag, remoteTag, remote }: DialogEntry): Pickup | undefined {
  const target = remote?.target ?? remote?.identity
  if (target === undefined || !callId || !localTag || !remoteTag) return undefined
  if (![callId, localTag, remoteTag].every((text) => /^[!-:<-~]+$/.test(text))) return undefined
  // Only who made the call can have one replaced that is not answered (RFC 3891 §3), and not before he knows of the dialog.
  if (state !== 'confirmed' && (state !== 'early' || direction !== 'recipient')) return undefined
  const early = state === 'confirmed' ? '' : ';early-only'
  return { target, replaces: `${callId};to-tag=${remoteTag};from-tag=${localTag}${early}` }
}
