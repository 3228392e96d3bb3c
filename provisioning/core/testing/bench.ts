// A bench for the provisioning machine: virtual time, a disk that answers at once, and a log of what it did in words.
import { type Millis, ms } from '../../../firmware/base/time.ts'
import { plainFormats } from '../../schema/formats.ts'
import { documentWith } from '../../testing/documents.ts'
import { read } from '../admit.ts'
import type { Provisioner, ProvisioningInput, ProvisioningOutput } from '../contract.ts'
import { createProvisioner } from '../provisioner.ts'
import type { Reported } from '../reported.ts'
import { NOTHING_STORED, remember, type Stored, type StoredDocument, type StoreRecord } from '../stored.ts'

export const fingerprint = (text: string): string => text

export function storedDocument(version: number): StoredDocument {
  const document = read(JSON.stringify(documentWith({ version })), plainFormats, fingerprint)
  if (!document?.ok) throw new Error('the sample is not valid')
  return document.value
}

/** A phone on which this version was applied. */
export const goodOne = (version: number): Stored =>
  [
    { kind: 'candidate', document: storedDocument(version) } as const,
    { kind: 'promote', version } as const,
  ].reduce<Stored>(remember, NOTHING_STORED)

export interface Bench {
  readonly provisioner: Provisioner
  readonly outputs: ProvisioningOutput[]
  /** Versions handed to the phone. */
  readonly applied: number[]
  readonly log: string[]
  /** What the disk holds. */
  stored: Stored
  readonly records: StoreRecord[]
  readonly reported: Reported
  readonly now: Millis
  /** The error every write ends with; '' none. `failOn`: only a write of this kind, with ENOSPC. */
  disk: string
  failOn: StoreRecord['kind'] | undefined
  /** Writes are held back until `release`. */
  hold: boolean
  /** Completes the write held back, well or with an error. */
  release(error?: string): Bench
  feed(input: ProvisioningInput): Bench
  /** The line is registered and the audio device works. */
  healthy(): Bench
  /** Lets time pass up to this instant, waking the machine when it wants. */
  at(time: number): Bench
  /** Lets time pass until the machine waits for nothing. */
  run(): Bench
}

export function bench(stored: Stored = NOTHING_STORED): Bench {
  const provisioner = createProvisioner({ stored, formats: plainFormats, fingerprint, startedAt: ms(0) })
  let now = ms(0)
  let reported: Reported | undefined
  let held: ((error: string | undefined) => void) | undefined

  const b: Bench = {
    provisioner,
    outputs: [],
    applied: [],
    log: [],
    stored,
    records: [],
    disk: '',
    failOn: undefined,
    hold: false,
    release(error) {
      const write = held
      held = undefined
      write?.(error)
      return b
    },
    get reported() {
      // The report is always known to the machine; a new connection brings it out.
      if (reported === undefined) b.feed({ kind: 'broker', connected: true })
      return reported!
    },
    get now() {
      return now
    },
    feed(input) {
      perform((out) => provisioner.handle(input, now, out))
      return b
    },
    healthy() {
      b.feed({ kind: 'line', account: 'main', state: 'registered', reason: '' })
      return b.feed({ kind: 'audio', state: 'working', reason: '' })
    },
    at(time) {
      while (provisioner.deadline() <= time) wake()
      now = ms(Math.max(now, time))
      return b
    },
    run() {
      for (let turns = 0; Number.isFinite(provisioner.deadline()); turns++) {
        if (turns > 100) throw new Error('it does not come to rest')
        wake()
      }
      return b
    },
  }

  function wake(): void {
    now = ms(Math.max(now, provisioner.deadline()))
    perform((out) => provisioner.wake(now, out))
  }

  function perform(act: (out: ProvisioningOutput[]) => void): void {
    const out: ProvisioningOutput[] = []
    act(out)
    for (const output of out) {
      b.outputs.push(output)
      switch (output.to) {
        case 'store': {
          const { record, ref } = output
          b.log.push(
            `store ${record.kind} ${'version' in record ? record.version : 'document' in record ? record.document.version : ''}`,
          )
          const complete = (failure: string | undefined) => {
            const error = failure ?? (b.disk || (b.failOn === record.kind ? 'ENOSPC' : undefined))
            if (error === undefined) {
              b.stored = remember(b.stored, record)
              b.records.push(record)
            }
            b.feed({ kind: 'stored', ref, error })
          }
          if (b.hold) held = complete
          else complete(undefined)
          break
        }
        case 'phone':
          b.applied.push(output.settings.version)
          b.log.push(`apply ${output.settings.version}`)
          break
        case 'broker': {
          reported = output.reported
          const { result, attempted, reason, version, lastKnownGood } = reported
          const about = [result, ...(attempted === null ? [] : [attempted]), ...(reason === '' ? [] : [`(${reason})`])]
          b.log.push(`report ${about.join(' ')}: runs ${version}, good ${lastKnownGood}`)
          break
        }
        case 'log':
          break
      }
    }
  }

  return b
}
