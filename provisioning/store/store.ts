// What provisioning keeps on the phone: its configurations and the numbers of its broker sessions, in one journal.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { NOTHING_STORED, remember, type Stored, type StoreRecord } from '../core/stored.ts'
import { openJournal } from './journal.ts'
import { lockFolder } from './lock.ts'

/** The journal is written anew when it grew beyond this and to twice what it was then, bytes. */
const COMPACT_ABOVE = 131_072
/** Session numbers taken from the journal at once, so that connecting does not write. */
const SESSIONS = 1000

type JournalRecord = StoreRecord | { readonly kind: 'sessions'; readonly below: number }

export interface Store {
  /** What the records add up to. */
  readonly stored: Stored
  /** Records lost by the medium, found at opening. */
  readonly damaged: number
  /** Resolves when it is safe against power loss. */
  append(record: StoreRecord): Promise<void>
  /** A number larger than all given out before, in this process or an earlier one. */
  nextSession(): Promise<number>
  close(): Promise<void>
}

const KINDS: readonly string[] = [
  'candidate',
  'attempt',
  'promote',
  'revert',
  'local',
  'state',
  'sessions',
] satisfies JournalRecord['kind'][]
const isRecord = (value: unknown): value is JournalRecord =>
  KINDS.includes((value as { kind?: string } | null)?.kind ?? '')

/**
 * Opens or creates the store in `directory` (made with mode 0700), which is this process's alone until `close`. Rejects
 * with the system's error, or with one that names the folder when another process has it.
 */
export async function openStore(directory: string): Promise<Store> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const unlock = await lockFolder(directory)
  const journal = await openJournal(join(directory, 'provisioning.journal')).catch(async (error) => {
    await unlock()
    throw error
  })
  let stored = NOTHING_STORED
  let sessions = 1
  let compactAbove = COMPACT_ABOVE
  for (const record of journal.records) if (isRecord(record)) keep(record)
  let session = sessions

  function keep(record: JournalRecord): void {
    if (record.kind === 'sessions') sessions = record.below
    else stored = remember(stored, record)
  }

  async function append(record: JournalRecord): Promise<void> {
    await journal.append(record)
    keep(record)
    if (journal.size() <= compactAbove) return
    const state: JournalRecord = { kind: 'state', state: stored }
    // The record itself is safe; when the journal cannot be shortened now, the next append tries again.
    await journal.replace([state, { kind: 'sessions', below: sessions }]).catch(() => undefined)
    compactAbove = Math.max(COMPACT_ABOVE, 2 * journal.size())
  }

  return {
    get stored() {
      return stored
    },
    damaged: journal.damaged,
    append,
    async nextSession() {
      // A full disk must not keep the phone from its broker: the number may then come a second time after a restart.
      if (session >= sessions) await append({ kind: 'sessions', below: session + SESSIONS }).catch(() => undefined)
      return session++
    },
    async close() {
      await journal.close()
      await unlock()
    },
  }
}
