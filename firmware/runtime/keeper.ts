// Something the phone remembers over a restart, in a file of its own: read at the start, written when `keeping` says.
import { join } from 'node:path'
import { createKeeping, type KeepingOptions } from '../../provisioning/core/keeping.ts'
import { type ConfigError, MAX_ERRORS } from '../../provisioning/schema/check.ts'
import { showFault } from '../../provisioning/store/json-file.ts'
import { openKeptFile } from '../../provisioning/store/kept-file.ts'
import { type LogRecord, log } from '../base/log.ts'
import type { HubPart } from './hub.ts'

/** Something that is kept. */
export interface KeptThing<T> extends Omit<KeepingOptions, 'text'> {
  /** What is understood of it (`undefined`: nothing was kept, or it is damaged), and what is wrong with the rest. */
  readonly read: (value: unknown) => { readonly value: T; readonly faults: readonly ConfigError[] }
}

export interface Keeper<T> {
  /** As it was kept last; faults have been reported. */
  readonly value: T
  /** To be kept from now on; must be JSON. */
  keep(value: T): void
  /** Resolves when what is to be kept is written, or cannot be. */
  close(): Promise<void>
}

/** In `NAME.kept` of `folder`, which must exist. */
export async function openKeeper<T>(
  hub: HubPart,
  folder: string,
  { name, read, ...pace }: KeptThing<T>,
  report: (record: LogRecord) => void,
): Promise<Keeper<T>> {
  const path = join(folder, `${name}.kept`)
  const file = await openKeptFile(path)
  const { value, faults } = read(file.value)
  for (const fault of [
    file.fault,
    faults.length === 0 ? undefined : { file: path, errors: faults.slice(0, MAX_ERRORS) },
  ])
    if (fault !== undefined) report(log('error', 'keeping', 'not as it was kept', { fault: showFault(fault) }))
  const text = file.value === undefined ? undefined : JSON.stringify(file.value)
  /** The newest, and what is on the disk or on its way there. */
  let [wanted, sent] = [text, text]
  let writing: Promise<string | undefined> = Promise.resolve(undefined)
  let closed = false

  function write(next: string): Promise<string | undefined> {
    sent = next
    writing = file.write(JSON.parse(next)).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code ?? String(error),
    )
    return writing
  }

  const written = hub.inlet<string | undefined>({ name: `${name} kept`, rank: 'mqtt', capacity: 4 }, (error) =>
    feed({ kind: 'written', error }),
  )
  const feed = hub.attach(`${name} keeping`, createKeeping({ name, text, ...pace }), (output) => {
    switch (output.to) {
      case 'disk':
        if (!closed) void write(output.text).then(written)
        return
      case 'log':
        report(output.record)
        return
    }
  })
  return {
    value,
    keep(next) {
      wanted = JSON.stringify(next)
      feed({ kind: 'changed', text: wanted })
    },
    async close() {
      closed = true
      const failed = await writing
      if (wanted === undefined || (wanted === sent && failed === undefined)) return
      const error = await write(wanted)
      if (error !== undefined) report(log('error', 'keeping', 'not kept', { name, error }))
    },
  }
}
